with source as (

    select * from {{ source('youtube_analytics', 'audience_retention') }}

)

select
    date as report_date,
    video_id,
    cast(elapsed_video_time_ratio as double) as elapsed_ratio,
    audience_watch_ratio as watch_ratio,
    relative_retention_performance as relative_performance
from source
