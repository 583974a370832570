with sessions as (

    select
        session_date,
        channel,
        is_paid,
        utm_source,
        utm_medium,
        utm_campaign,
        visitor_id,
        page_visit_count,
        duration_seconds,
        is_bounce,
        cta_click_count,
        sign_up_count,
        demo_request_count
    from {{ ref('fct_sessions') }}
    where
        source_slug = 'website'
        and not is_bot

)

select
    session_date,
    channel,
    utm_campaign,
    utm_source,
    utm_medium,
    count(case when is_paid then 1 end) as paid_session_count,
    count(*) as session_count,
    count(distinct visitor_id) as visitor_count,
    cast(sum(page_visit_count) as bigint) as page_visit_count,
    count(case when is_bounce then 1 end) as bounce_count,
    {{ safe_divide('count(case when is_bounce then 1 end)', 'count(*)') }} as bounce_rate,
    avg(duration_seconds) as average_duration_seconds,
    cast(sum(cta_click_count) as bigint) as cta_click_count,
    cast(sum(sign_up_count) as bigint) as sign_up_count,
    cast(sum(demo_request_count) as bigint) as demo_request_count
from sessions
group by
    session_date,
    channel,
    utm_campaign,
    utm_source,
    utm_medium
