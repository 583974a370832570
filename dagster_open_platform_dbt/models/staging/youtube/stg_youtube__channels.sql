with source as (

    select * from {{ source('youtube_analytics', 'channel') }}

)

select
    id as channel_id,
    snippet_title as channel_title,
    cast(statistics_subscriber_count as bigint) as subscriber_count,
    cast(statistics_video_count as bigint) as video_count,
    cast(statistics_view_count as bigint) as view_count,
    snippet_published_at as published_at
from source
