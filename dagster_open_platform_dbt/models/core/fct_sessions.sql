{# As int_marketing__session_hits. #}
{% set lookback = 5 %}

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_window',
        event_time='session_date',
        lookback=lookback,
        tags=['daily'],
        on_schema_change='fail'
    )
}}

with hits as (

    select
        session_date,
        session_id,
        session_started_at,
        hit_number,
        hit_type,
        source_slug,
        visitor_id,
        anonymous_id,
        user_id,
        event_name,
        page_path,
        session_campaign_tag,
        session_campaign_source,
        session_campaign_medium,
        is_bot,
        hit_at,
        case when hit_type = 'page' then row_number() over (
            partition by session_id, hit_type order by hit_number
        ) end as page_number,
        case when hit_type = 'page' then row_number() over (
            partition by session_id, hit_type order by hit_number desc
        ) end as page_number_from_the_end
    from {{ ref('int_marketing__session_hits') }}
    where {{ in_run_window('session_date', lookback) }}

),

channels as (

    select
        utm_source,
        utm_medium,
        channel,
        is_paid
    from {{ ref('marketing_channels') }}

),

sessions as (

    select
        session_date,
        session_id,
        source_slug,
        visitor_id,
        anonymous_id,
        -- A browser is hardly ever shared within half an hour: one of those who were signed in.
        max(user_id) as user_id,
        min(session_started_at) as started_at,
        max(hit_at) as ended_at,
        count(case when hit_type = 'page' then 1 end) as page_visit_count,
        count(case when hit_type = 'event' then 1 end) as event_count,
        max(case when page_number = 1 then page_path end) as landing_path,
        max(case when page_number_from_the_end = 1 then page_path end) as exit_path,
        max(session_campaign_tag) as utm_campaign,
        max(session_campaign_source) as utm_source,
        max(session_campaign_medium) as utm_medium,
        count(case when event_name = 'signed_up' then 1 end) as sign_up_count,
        count(case when event_name = 'demo_requested' then 1 end) as demo_request_count,
        count(case when event_name = 'cta_clicked' then 1 end) as cta_click_count,
        count(case when is_bot then 1 end) > 0 as is_bot
    from hits
    group by
        session_date,
        session_id,
        source_slug,
        visitor_id,
        anonymous_id

)

select
    sessions.session_date,
    sessions.session_id,
    sessions.visitor_id,
    sessions.anonymous_id,
    sessions.user_id,
    sessions.source_slug,
    sessions.started_at,
    sessions.ended_at,
    {{ seconds_between('sessions.started_at', 'sessions.ended_at') }} as duration_seconds,
    sessions.page_visit_count,
    sessions.event_count,
    sessions.page_visit_count <= 1 and sessions.event_count = 0 as is_bounce,
    sessions.landing_path,
    sessions.exit_path,
    sessions.utm_campaign,
    sessions.utm_source,
    sessions.utm_medium,
    case
        when sessions.utm_campaign is null then 'untagged'
        else coalesce(channels.channel, 'other')
    end as channel,
    coalesce(channels.is_paid, false) as is_paid,
    sessions.cta_click_count,
    sessions.sign_up_count,
    sessions.demo_request_count,
    sessions.is_bot
from sessions
left join channels
    on
        sessions.utm_source = channels.utm_source
        and sessions.utm_medium = channels.utm_medium
