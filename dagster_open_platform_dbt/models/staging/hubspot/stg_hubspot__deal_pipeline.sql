with source as (

    select * from {{ source('hubspot', 'deal_pipeline') }}

)

select
    pipeline_id,
    label as pipeline_name,
    active as is_active,
    display_order as pipeline_order
from source
where not _fivetran_deleted
