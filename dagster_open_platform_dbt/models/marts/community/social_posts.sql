with posts as (

    select
        post_id,
        page_id,
        landing_url,
        campaign_tag,
        published_at,
        published_date
    from {{ ref('stg_linkedin_pages__posts') }}
    where lifecycle_state = 'PUBLISHED'

),

figures as (

    select
        post_id,
        impression_count,
        reached_count,
        click_count,
        reaction_count,
        comment_count,
        share_count
    from {{ ref('stg_linkedin_pages__post_statistics') }}

),

contents as (

    select
        post_id,
        content_type,
        article_title,
        row_number() over (partition by post_id order by row_id) as place
    from {{ ref('stg_linkedin_pages__post_contents') }}

),

videos as (

    select
        video_id,
        channel_id,
        video_title,
        view_count,
        like_count,
        comment_count,
        published_at
    from {{ ref('stg_youtube__videos') }}
    where privacy_status = 'public'

),

published as (

    select
        'linkedin' as platform,
        posts.post_id,
        cast(posts.page_id as varchar) as page_id,
        coalesce(contents.content_type, 'text') as post_type,
        contents.article_title as post_title,
        posts.landing_url,
        posts.campaign_tag,
        posts.published_at,
        posts.published_date,
        figures.impression_count as view_count,
        figures.reached_count,
        figures.click_count,
        figures.reaction_count,
        figures.comment_count,
        figures.share_count
    from posts
    left join figures
        on posts.post_id = figures.post_id
    left join contents
        on
            posts.post_id = contents.post_id
            and contents.place = 1

    union all

    -- YouTube does not say, of a video as a whole, how many people it reached, who clicked and who shared it.
    select
        'youtube' as platform,
        video_id as post_id,
        channel_id as page_id,
        'video' as post_type,
        video_title as post_title,
        cast(null as varchar) as landing_url,
        cast(null as varchar) as campaign_tag,
        published_at,
        cast(published_at as date) as published_date,
        view_count,
        cast(null as bigint) as reached_count,
        cast(null as bigint) as click_count,
        like_count as reaction_count,
        comment_count,
        cast(null as bigint) as share_count
    from videos

)

select
    platform,
    post_id,
    page_id,
    post_type,
    post_title,
    landing_url,
    campaign_tag,
    published_at,
    published_date,
    view_count,
    reached_count,
    click_count,
    reaction_count,
    comment_count,
    share_count,
    reaction_count + comment_count + coalesce(share_count, 0) as engagement_count,
    {{ safe_divide('reaction_count + comment_count + coalesce(share_count, 0)', 'view_count') }} as engagement_ratio
from published
