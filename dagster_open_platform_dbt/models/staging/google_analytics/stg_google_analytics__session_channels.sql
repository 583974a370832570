with source as (

    select * from {{ source('google_analytics_4', 'traffic_acquisition_session_default_channel_grouping_report') }}

)

select
    _fivetran_id as row_id,
    date as report_date,
    session_default_channel_grouping as channel_group,
    cast(sessions as bigint) as session_count,
    cast(engaged_sessions as bigint) as engaged_session_count,
    cast(total_users as bigint) as user_count,
    cast(event_count as bigint) as event_count,
    cast(key_events as double) as key_event_count,
    cast(user_engagement_duration as bigint) as engagement_seconds
from source
