with source as (

    select * from {{ source('hubspot', 'deal_company') }}

)

select
    deal_id,
    company_id,
    type_id
from source
