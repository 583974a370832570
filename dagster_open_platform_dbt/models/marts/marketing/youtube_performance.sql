with videos as (

    select
        video_id,
        video_title,
        privacy_status,
        view_count as lifetime_view_count,
        like_count as lifetime_like_count,
        published_at
    from {{ ref('stg_youtube__videos') }}

),

reports as (

    select
        report_date,
        video_id,
        view_count,
        engaged_view_count,
        like_count,
        share_count,
        subscribers_gained - subscribers_lost as subscriber_change,
        watch_minutes
    from {{ ref('stg_youtube__video_daily') }}

),

-- The last day that YouTube has reported: what the model knows, not what time it is.
latest as (

    select max(report_date) as last_date
    from reports

),

totals as (

    select
        reports.video_id,
        cast(sum(reports.view_count) as bigint) as view_count,
        cast(sum(reports.engaged_view_count) as bigint) as engaged_view_count,
        cast(sum(reports.like_count) as bigint) as like_count,
        cast(sum(reports.share_count) as bigint) as share_count,
        cast(sum(reports.subscriber_change) as bigint) as subscriber_change,
        sum(reports.watch_minutes) as watch_minutes,
        cast(sum(
            case when reports.report_date > {{ add_days('latest.last_date', -28) }} then reports.view_count else 0 end
        ) as bigint) as recent_view_count,
        max(latest.last_date) as last_date
    from reports
    cross join latest
    group by reports.video_id

),

retention as (

    select
        video_id,
        avg(case when elapsed_ratio = 0.5 then watch_ratio end) as halfway_watch_ratio
    from {{ ref('stg_youtube__audience_retention') }}
    group by video_id

),

comments as (

    select
        video_id,
        count(*) as comment_count
    from {{ ref('stg_youtube__comments') }}
    group by video_id

)

select
    videos.video_id,
    videos.video_title,
    videos.privacy_status,
    videos.published_at,
    totals.last_date,
    coalesce(totals.view_count, 0) as view_count,
    coalesce(totals.recent_view_count, 0) as recent_view_count,
    coalesce(totals.engaged_view_count, 0) as engaged_view_count,
    coalesce(totals.watch_minutes, 0) as watch_minutes,
    {{ safe_divide('totals.watch_minutes', 'totals.view_count') }} as average_watch_minutes,
    retention.halfway_watch_ratio,
    coalesce(totals.like_count, 0) as like_count,
    coalesce(totals.share_count, 0) as share_count,
    coalesce(comments.comment_count, 0) as comment_count,
    coalesce(totals.subscriber_change, 0) as subscriber_change,
    videos.lifetime_view_count,
    videos.lifetime_like_count
from videos
left join totals
    on videos.video_id = totals.video_id
left join retention
    on videos.video_id = retention.video_id
left join comments
    on videos.video_id = comments.video_id
