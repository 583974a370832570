with source as (

    select * from {{ source('youtube_analytics', 'comment') }}

)

select
    id as comment_id,
    video_id,
    snippet_moderation_status as moderation_status,
    cast(snippet_like_count as bigint) as like_count,
    cast(total_reply_count as bigint) as reply_count,
    snippet_published_at as published_at
from source
