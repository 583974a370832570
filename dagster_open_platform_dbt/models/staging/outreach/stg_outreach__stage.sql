with source as (

    select * from {{ source('outreach', 'stage') }}

)

select
    id as stage_id,
    name as stage_name
from source
