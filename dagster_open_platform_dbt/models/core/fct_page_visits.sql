{# As int_marketing__session_hits. #}
{% set lookback = 5 %}

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_window',
        event_time='visit_date',
        lookback=lookback,
        tags=['daily'],
        on_schema_change='fail'
    )
}}

with hits as (

    select
        hit_date,
        hit_id,
        session_id,
        source_slug,
        visitor_id,
        anonymous_id,
        user_id,
        page_path,
        page_title,
        session_campaign_tag,
        is_bot,
        hit_at,
        next_hit_at,
        row_number() over (partition by session_id order by hit_at, hit_id) as page_number
    from {{ ref('int_marketing__session_hits') }}
    -- The day before as well: the page may not be the first of a session that began before midnight.
    where
        {{ in_run_window('hit_date', lookback + 1) }}
        and hit_type = 'page'

),

page_groups as (

    select
        page_path,
        page_group
    from {{ ref('page_groups') }}

)

select
    hits.hit_date as visit_date,
    hits.hit_id as page_visit_id,
    hits.session_id,
    hits.visitor_id,
    hits.anonymous_id,
    hits.user_id,
    hits.source_slug,
    hits.page_path,
    hits.page_title,
    case when hits.source_slug = 'website' then coalesce(page_groups.page_group, 'other') end as page_group,
    hits.session_campaign_tag as utm_campaign,
    cast(hits.page_number as bigint) as page_number,
    hits.page_number = 1 as is_landing_page,
    {{ seconds_between('hits.hit_at', 'hits.next_hit_at') }} as seconds_on_page,
    hits.is_bot,
    hits.hit_at as visited_at
from hits
left join page_groups
    on hits.page_path = page_groups.page_path
where {{ in_run_window('hits.hit_date', lookback) }}
