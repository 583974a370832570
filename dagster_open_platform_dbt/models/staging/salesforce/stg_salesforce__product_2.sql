with source as (

    select * from {{ source('salesforce', 'product_2') }}

)

select
    id as product_id,
    product_code,
    name as product_name,
    family as product_family,
    description as product_description,
    is_active
from source
where
    not is_deleted
    and not _fivetran_deleted
