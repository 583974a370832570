with source as (

    select * from {{ source('google_analytics_4', 'landing_page_report') }}

)

select
    _fivetran_id as row_id,
    date as report_date,
    landing_page as landing_path,
    cast(sessions as bigint) as session_count,
    cast(total_users as bigint) as user_count,
    cast(new_users as bigint) as new_user_count,
    cast(user_engagement_duration as bigint) as engagement_seconds,
    cast(key_events as double) as key_event_count
from source
