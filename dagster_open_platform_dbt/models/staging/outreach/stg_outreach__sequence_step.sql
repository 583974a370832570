with source as (

    select * from {{ source('outreach', 'sequence_step') }}

)

select
    id as sequence_step_id,
    relationship_sequence_id as sequence_id,
    cast("ORDER" as bigint) as step_number,
    step_type
from source
