with source as (

    select * from {{ source('salesforce', 'opportunity_line_item') }}

)

select
    id as opportunity_line_id,
    opportunity_id,
    product_2_id as product_id,
    product_code,
    pricebook_entry_id,
    quantity,
    list_price,
    unit_price,
    total_price,
    service_date,
    sort_order
from source
where
    not is_deleted
    and not _fivetran_deleted
