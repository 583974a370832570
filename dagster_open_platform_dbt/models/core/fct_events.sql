{# As int_marketing__session_hits. #}
{% set lookback = 5 %}

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_window',
        event_time='event_date',
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
        event_name,
        page_path,
        session_campaign_tag,
        is_bot,
        hit_at
    from {{ ref('int_marketing__session_hits') }}
    where
        {{ in_run_window('hit_date', lookback) }}
        and hit_type = 'event'

)

select
    hit_date as event_date,
    hit_id as event_id,
    session_id,
    visitor_id,
    anonymous_id,
    user_id,
    source_slug,
    event_name,
    page_path,
    session_campaign_tag as utm_campaign,
    -- What the company wants visitors to do.
    event_name in ('signed_up', 'demo_requested') as is_conversion,
    is_bot,
    hit_at as occurred_at
from hits
