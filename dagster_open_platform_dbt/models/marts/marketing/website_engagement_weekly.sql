with sessions as (

    select
        {{ week_start('session_date') }} as week_start,
        count(*) as session_count,
        count(distinct visitor_id) as visitor_count
    from {{ ref('fct_sessions') }}
    where
        source_slug = 'website'
        and not is_bot
    group by {{ week_start('session_date') }}

),

clicks as (

    select
        {{ week_start('clicked_date') }} as week_start,
        count(*) as cta_click_count
    from {{ ref('stg_segment__cta_clicks') }}
    group by {{ week_start('clicked_date') }}

),

calculations as (

    select
        {{ week_start('calculated_date') }} as week_start,
        count(*) as pricing_calculation_count,
        {{ median('monthly_credits') }} as median_monthly_credits
    from {{ ref('stg_segment__pricing_calculations') }}
    group by {{ week_start('calculated_date') }}

),

plays as (

    select
        {{ week_start('played_date') }} as week_start,
        count(*) as video_play_count,
        cast(sum(seconds_watched) as bigint) as video_seconds_watched
    from {{ ref('stg_segment__video_plays') }}
    group by {{ week_start('played_date') }}

),

subscriptions as (

    select
        {{ week_start('subscribed_date') }} as week_start,
        count(*) as newsletter_subscription_count
    from {{ ref('stg_segment__newsletter_subscriptions') }}
    group by {{ week_start('subscribed_date') }}

)

select
    sessions.week_start,
    sessions.session_count,
    sessions.visitor_count,
    coalesce(clicks.cta_click_count, 0) as cta_click_count,
    {{ safe_divide('coalesce(clicks.cta_click_count, 0)', 'sessions.session_count') }} as cta_clicks_per_session,
    coalesce(calculations.pricing_calculation_count, 0) as pricing_calculation_count,
    calculations.median_monthly_credits,
    coalesce(plays.video_play_count, 0) as video_play_count,
    coalesce(plays.video_seconds_watched, 0) as video_seconds_watched,
    coalesce(subscriptions.newsletter_subscription_count, 0) as newsletter_subscription_count
from sessions
left join clicks
    on sessions.week_start = clicks.week_start
left join calculations
    on sessions.week_start = calculations.week_start
left join plays
    on sessions.week_start = plays.week_start
left join subscriptions
    on sessions.week_start = subscriptions.week_start
