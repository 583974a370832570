with source as (

    select * from {{ source('youtube_analytics', 'channel_traffic_source_a_2_report') }}

)

select
    _fivetran_id as row_id,
    date as report_date,
    video_id,
    country_code,
    subscribed_status = 'subscribed' as is_subscribed,
    cast(traffic_source_type as bigint) as traffic_source_type,
    cast(views as bigint) as view_count,
    watch_time_minutes as watch_minutes
from source
