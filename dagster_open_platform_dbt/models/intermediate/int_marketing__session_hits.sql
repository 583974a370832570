{#
    Segment delivers up to three and a half days late, and a session may have begun the day before. A hit that arrives late
    can move the beginning of a session, so days are rebuilt until all their hits and those of the day before are there.
#}
{% set lookback = 5 %}

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_window',
        event_time='hit_date',
        lookback=lookback,
        tags=['daily'],
        on_schema_change='fail'
    )
}}

with hits as (

    select
        hit_id,
        hit_type,
        source_slug,
        visitor_id,
        anonymous_id,
        user_id,
        event_name,
        page_path,
        page_title,
        campaign_tag,
        campaign_source,
        campaign_medium,
        is_bot,
        hit_at,
        hit_date
    from {{ ref('int_marketing__web_hits') }}
    -- A day before the window and one after it as well: sessions go on past midnight.
    where
        {{ in_run_window('hit_date', lookback + 1) }}
        or {{ in_run_window(add_days('hit_date', -1)) }}

),

before as (

    select
        visitor_id,
        hit_id,
        hit_at,
        campaign_tag,
        campaign_source,
        campaign_medium,
        lag(hit_at) over (partition by visitor_id order by hit_at, hit_id) as previous_hit_at
    from hits

),

-- A browser that did nothing for half an hour has left.
gaps as (

    select
        visitor_id,
        hit_id,
        hit_at,
        campaign_tag,
        campaign_source,
        campaign_medium,
        case when {{ seconds_between('previous_hit_at', 'hit_at') }} <= 1800 then 0 else 1 end as is_after_a_gap
    from before

),

visits as (

    select
        visitor_id,
        hit_id,
        hit_at,
        campaign_tag,
        campaign_source,
        campaign_medium,
        is_after_a_gap,
        sum(is_after_a_gap) over (
            partition by visitor_id
            order by hit_at, hit_id
            rows between unbounded preceding and current row
        ) as visit_number
    from gaps

),

tagged as (

    select
        visitor_id,
        hit_id,
        hit_at,
        campaign_tag,
        campaign_source,
        campaign_medium,
        is_after_a_gap,
        visit_number,
        count(campaign_tag) over (
            partition by visitor_id, visit_number
            order by hit_at, hit_id
            rows between unbounded preceding and current row
        ) as tag_number
    from visits

),

-- The campaign in effect: the last one whose link was followed in the visit.
campaigns as (

    select
        visitor_id,
        hit_id,
        hit_at,
        campaign_tag,
        is_after_a_gap,
        max(campaign_tag) over (partition by visitor_id, visit_number, tag_number) as session_campaign_tag,
        max(campaign_source) over (partition by visitor_id, visit_number, tag_number) as session_campaign_source,
        max(campaign_medium) over (partition by visitor_id, visit_number, tag_number) as session_campaign_medium
    from tagged

),

compared as (

    select
        visitor_id,
        hit_id,
        hit_at,
        campaign_tag,
        is_after_a_gap,
        session_campaign_tag,
        session_campaign_source,
        session_campaign_medium,
        lag(session_campaign_tag) over (partition by visitor_id order by hit_at, hit_id) as previous_campaign_tag
    from campaigns

),

starts as (

    select
        visitor_id,
        hit_id,
        hit_at,
        session_campaign_tag,
        session_campaign_source,
        session_campaign_medium,
        case
            when is_after_a_gap = 1 then 1
            -- The same link again is no other campaign.
            when campaign_tag is not null and campaign_tag is distinct from previous_campaign_tag then 1
            else 0
        end as is_session_start
    from compared

),

numbered as (

    select
        visitor_id,
        hit_id,
        hit_at,
        session_campaign_tag,
        session_campaign_source,
        session_campaign_medium,
        is_session_start,
        sum(is_session_start) over (
            partition by visitor_id
            order by hit_at, hit_id
            rows between unbounded preceding and current row
        ) as session_number
    from starts

),

sessions as (

    select
        hit_id,
        session_campaign_tag,
        session_campaign_source,
        session_campaign_medium,
        min(hit_at) over (partition by visitor_id, session_number) as session_started_at,
        -- A session is named after the hit that began it, so that a rebuild gives it the same name.
        max(case when is_session_start = 1 then hit_id end) over (
            partition by visitor_id, session_number
        ) as first_hit_id,
        row_number() over (partition by visitor_id, session_number order by hit_at, hit_id) as hit_number,
        lead(hit_at) over (partition by visitor_id, session_number order by hit_at, hit_id) as next_hit_at
    from numbered

)

select
    hits.hit_date,
    hits.hit_id,
    hits.hit_type,
    {{ text_hash("hits.visitor_id || ':' || sessions.first_hit_id") }} as session_id,
    sessions.session_started_at,
    cast(sessions.session_started_at as date) as session_date,
    sessions.hit_number,
    hits.source_slug,
    hits.visitor_id,
    hits.anonymous_id,
    hits.user_id,
    hits.event_name,
    hits.page_path,
    hits.page_title,
    sessions.session_campaign_tag,
    sessions.session_campaign_source,
    sessions.session_campaign_medium,
    hits.is_bot,
    hits.hit_at,
    sessions.next_hit_at
from hits
inner join sessions
    on hits.hit_id = sessions.hit_id
where {{ in_run_window('hits.hit_date', lookback) }}
