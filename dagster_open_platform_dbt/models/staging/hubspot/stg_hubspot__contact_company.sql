with source as (

    select * from {{ source('hubspot', 'contact_company') }}

)

select
    contact_id,
    company_id,
    type_id,
    category = 'HUBSPOT_DEFINED' as is_defined_by_hubspot
from source
