with source as (

    select * from {{ source('salesforce', 'pricebook_2') }}

)

select
    id as pricebook_id,
    name as pricebook_name,
    is_standard,
    is_active
from source
where
    not is_deleted
    and not _fivetran_deleted
