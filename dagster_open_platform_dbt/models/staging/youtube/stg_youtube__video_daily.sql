with source as (

    select * from {{ source('youtube_analytics', 'channel_basic_a_2_report') }}

)

select
    _fivetran_id as row_id,
    date as report_date,
    video_id,
    country_code,
    subscribed_status = 'subscribed' as is_subscribed,
    cast(views as bigint) as view_count,
    cast(engaged_views as bigint) as engaged_view_count,
    cast(likes as bigint) as like_count,
    cast(comments as bigint) as comment_count,
    cast(shares as bigint) as share_count,
    cast(subscribers_gained as bigint) as subscribers_gained,
    cast(subscribers_lost as bigint) as subscribers_lost,
    watch_time_minutes as watch_minutes,
    cast(card_clicks as bigint) as card_clicks
from source
