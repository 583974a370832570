with segment_sessions as (

    select
        session_date as report_date,
        count(*) as session_count,
        count(case when channel = 'paid_search' then 1 end) as paid_search_session_count,
        count(case when channel = 'paid_social' then 1 end) as paid_social_session_count,
        cast(sum(page_visit_count) as bigint) as page_view_count
    from {{ ref('fct_sessions') }}
    -- The property counts the site and the documentation; it leaves bots out.
    where
        source_slug in ('website', 'docs')
        and not is_bot
    group by session_date

),

segment_events as (

    select
        event_date as report_date,
        count(case when event_name = 'signed_up' then 1 end) as sign_up_count,
        count(case when event_name = 'demo_requested' then 1 end) as demo_request_count
    from {{ ref('fct_events') }}
    where
        source_slug = 'website'
        and not is_bot
    group by event_date

),

channels as (

    select
        utm_source,
        utm_medium,
        channel
    from {{ ref('marketing_channels') }}

),

google_sessions as (

    select
        google.report_date,
        cast(sum(google.session_count) as bigint) as session_count,
        cast(sum(
            case when channels.channel = 'paid_search' then google.session_count else 0 end
        ) as bigint) as paid_search_session_count,
        cast(sum(
            case when channels.channel = 'paid_social' then google.session_count else 0 end
        ) as bigint) as paid_social_session_count
    from {{ ref('stg_google_analytics__session_campaigns') }} as google
    left join channels
        on
            google.session_source = channels.utm_source
            and google.session_medium = channels.utm_medium
    group by google.report_date

),

google_events as (

    select
        report_date,
        cast(sum(case when event_name = 'page_view' then event_count else 0 end) as bigint) as page_view_count
    from {{ ref('stg_google_analytics__events') }}
    group by report_date

),

google_conversions as (

    select
        report_date,
        cast(sum(case when event_name = 'sign_up' then key_event_count else 0 end) as bigint) as sign_up_count,
        cast(sum(case when event_name = 'generate_lead' then key_event_count else 0 end) as bigint) as lead_count
    from {{ ref('stg_google_analytics__conversions') }}
    group by report_date

)

select
    segment_sessions.report_date,
    segment_sessions.session_count as segment_session_count,
    google_sessions.session_count as google_session_count,
    {{ safe_divide('segment_sessions.session_count', 'google_sessions.session_count') }} as session_ratio,
    {{ safe_divide('segment_sessions.paid_search_session_count', 'segment_sessions.session_count') }}
        as segment_paid_search_share,
    {{ safe_divide('google_sessions.paid_search_session_count', 'google_sessions.session_count') }}
        as google_paid_search_share,
    {{ safe_divide('segment_sessions.paid_social_session_count', 'segment_sessions.session_count') }}
        as segment_paid_social_share,
    {{ safe_divide('google_sessions.paid_social_session_count', 'google_sessions.session_count') }}
        as google_paid_social_share,
    segment_sessions.page_view_count as segment_page_view_count,
    google_events.page_view_count as google_page_view_count,
    coalesce(segment_events.sign_up_count, 0) as segment_sign_up_count,
    coalesce(google_conversions.sign_up_count, 0) as google_sign_up_count,
    coalesce(google_conversions.sign_up_count, 0) - coalesce(segment_events.sign_up_count, 0) as sign_up_difference,
    coalesce(segment_events.demo_request_count, 0) as segment_demo_request_count,
    coalesce(google_conversions.lead_count, 0) as google_lead_count
from segment_sessions
left join segment_events
    on segment_sessions.report_date = segment_events.report_date
left join google_sessions
    on segment_sessions.report_date = google_sessions.report_date
left join google_events
    on segment_sessions.report_date = google_events.report_date
left join google_conversions
    on segment_sessions.report_date = google_conversions.report_date
