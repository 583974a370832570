with source as (

    select * from {{ source('outreach', 'sequence') }}

)

select
    id as sequence_id,
    name as sequence_name,
    enabled as is_enabled,
    cast(sequence_step_count as bigint) as step_count,
    cast(duration_in_days as bigint) as planned_days,
    automation_percentage as automated_fraction,
    cast(num_contacted_prospects as bigint) as contacted_count,
    cast(num_replied_prospects as bigint) as replied_count,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('last_used_at') }} as last_used_at
from source
where not _fivetran_deleted
