with source as (

    select * from {{ source('hubspot', 'deal_pipeline_stage') }}

)

select
    stage_id,
    pipeline_id,
    label as stage_name,
    display_order as stage_order,
    probability,
    is_closed
from source
where not _fivetran_deleted
