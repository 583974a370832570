with page_groups as (

    select
        page_path,
        page_group,
        canonical_path
    from {{ ref('page_groups') }}

),

sessions as (

    select
        {{ week_start('sessions.session_date') }} as week_start,
        coalesce(page_groups.canonical_path, sessions.landing_path) as landing_path,
        min(page_groups.page_group) as page_group,
        count(*) as session_count,
        count(case when sessions.is_paid then 1 end) as paid_session_count,
        count(case when sessions.is_bounce then 1 end) as bounce_count,
        avg(cast(sessions.page_visit_count as double)) as average_page_visits,
        count(case when sessions.sign_up_count > 0 then 1 end) as sign_up_session_count,
        count(case when sessions.demo_request_count > 0 then 1 end) as demo_request_session_count
    from {{ ref('fct_sessions') }} as sessions
    left join page_groups
        on sessions.landing_path = page_groups.page_path
    where
        sessions.source_slug = 'website'
        and not sessions.is_bot
        and sessions.landing_path is not null
    group by
        {{ week_start('sessions.session_date') }},
        coalesce(page_groups.canonical_path, sessions.landing_path)

),

google as (

    select
        {{ week_start('landing_pages.report_date') }} as week_start,
        coalesce(page_groups.canonical_path, landing_pages.landing_path) as landing_path,
        cast(sum(landing_pages.session_count) as bigint) as google_session_count
    from {{ ref('stg_google_analytics__landing_pages') }} as landing_pages
    left join page_groups
        on landing_pages.landing_path = page_groups.page_path
    group by
        {{ week_start('landing_pages.report_date') }},
        coalesce(page_groups.canonical_path, landing_pages.landing_path)

)

select
    sessions.week_start,
    sessions.landing_path,
    coalesce(sessions.page_group, 'other') as page_group,
    sessions.session_count,
    sessions.paid_session_count,
    sessions.bounce_count,
    {{ safe_divide('sessions.bounce_count', 'sessions.session_count') }} as bounce_rate,
    sessions.average_page_visits,
    sessions.sign_up_session_count,
    sessions.demo_request_session_count,
    {{ safe_divide('sessions.sign_up_session_count', 'sessions.session_count') }} as sign_up_rate,
    google.google_session_count
from sessions
left join google
    on
        sessions.week_start = google.week_start
        and sessions.landing_path = google.landing_path
