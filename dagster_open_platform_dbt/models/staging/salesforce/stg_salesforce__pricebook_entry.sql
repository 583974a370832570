with source as (

    select * from {{ source('salesforce', 'pricebook_entry') }}

)

select
    id as pricebook_entry_id,
    product_2_id as product_id,
    pricebook_2_id as pricebook_id,
    currency_iso_code as currency,
    unit_price,
    is_active
from source
where
    not is_deleted
    and not _fivetran_deleted
