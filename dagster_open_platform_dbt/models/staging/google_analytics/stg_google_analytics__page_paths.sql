with source as (

    select * from {{ source('google_analytics_4', 'pages_path_report') }}

)

select
    _fivetran_id as row_id,
    date as report_date,
    page_path,
    cast(screen_page_views as bigint) as page_view_count,
    cast(total_users as bigint) as user_count,
    cast(new_users as bigint) as new_user_count,
    cast(event_count as bigint) as event_count,
    cast(user_engagement_duration as bigint) as engagement_seconds,
    cast(key_events as double) as key_event_count
from source
