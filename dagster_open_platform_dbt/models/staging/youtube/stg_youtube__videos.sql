with source as (

    select * from {{ source('youtube_analytics', 'video') }}

)

select
    id as video_id,
    snippet_channel_id as channel_id,
    snippet_title as video_title,
    privacy_status,
    content_details_duration as duration_text,
    cast(statistics_view_count as bigint) as view_count,
    cast(statistics_like_count as bigint) as like_count,
    cast(statistics_comment_count as bigint) as comment_count,
    snippet_published_at as published_at
from source
where not _fivetran_deleted
