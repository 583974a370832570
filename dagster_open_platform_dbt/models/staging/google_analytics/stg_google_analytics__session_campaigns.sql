with source as (

    select * from {{ source('google_analytics_4', 'session_source_medium_campaign') }}

)

select
    _fivetran_id as row_id,
    date as report_date,
    session_source,
    session_medium,
    session_campaign_name as session_campaign,
    cast(sessions as bigint) as session_count,
    cast(engaged_sessions as bigint) as engaged_session_count,
    cast(total_users as bigint) as user_count,
    cast(new_users as bigint) as new_user_count,
    cast(screen_page_views as bigint) as page_view_count,
    cast(key_events as double) as key_event_count,
    cast(key_events_sign_up as double) as sign_up_count
from source
