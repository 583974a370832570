with followers as (

    select
        activity_date,
        page_id,
        organic_follower_gain,
        paid_follower_gain
    from {{ ref('stg_linkedin_pages__followers_daily') }}

),

page_views as (

    select
        activity_date,
        page_id,
        page_view_count
    from {{ ref('stg_linkedin_pages__page_views_daily') }}

),

posts as (

    select
        activity_date,
        page_id,
        impression_count,
        reaction_count,
        comment_count,
        share_count
    from {{ ref('stg_linkedin_pages__posts_daily') }}

),

videos as (

    select
        video_id,
        channel_id
    from {{ ref('stg_youtube__videos') }}

),

channel_days as (

    select
        reports.report_date as activity_date,
        videos.channel_id,
        sum(reports.subscribers_gained) as subscribers_gained,
        sum(reports.subscribers_lost) as subscribers_lost,
        sum(reports.view_count) as view_count,
        sum(reports.like_count + reports.comment_count + reports.share_count) as engagement_count
    from {{ ref('stg_youtube__video_daily') }} as reports
    inner join videos
        on reports.video_id = videos.video_id
    group by
        reports.report_date,
        videos.channel_id

)

select
    followers.activity_date,
    'linkedin' as platform,
    cast(followers.page_id as varchar) as page_id,
    followers.organic_follower_gain + followers.paid_follower_gain as follower_gain,
    followers.paid_follower_gain,
    cast(null as bigint) as follower_loss,
    coalesce(posts.impression_count, 0) as view_count,
    coalesce(page_views.page_view_count, 0) as page_view_count,
    coalesce(posts.reaction_count + posts.comment_count + posts.share_count, 0) as engagement_count
from followers
left join page_views
    on
        followers.activity_date = page_views.activity_date
        and followers.page_id = page_views.page_id
left join posts
    on
        followers.activity_date = posts.activity_date
        and followers.page_id = posts.page_id

union all

select
    activity_date,
    'youtube' as platform,
    channel_id as page_id,
    cast(subscribers_gained as bigint) as follower_gain,
    cast(null as bigint) as paid_follower_gain,
    cast(subscribers_lost as bigint) as follower_loss,
    cast(view_count as bigint) as view_count,
    cast(null as bigint) as page_view_count,
    cast(engagement_count as bigint) as engagement_count
from channel_days
