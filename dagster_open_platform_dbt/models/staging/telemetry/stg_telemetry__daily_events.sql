with source as (

    select * from {{ source('oss_telemetry', 'daily_events') }}

)

select
    {{ 'day' }} as event_date,
    action as event_action,
    dagster_version,
    events as event_count,
    instances as instance_count
from source
