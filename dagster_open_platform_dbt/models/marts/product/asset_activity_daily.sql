{# An event arrives up to three days after the end of its run. #}
{% set lookback = 4 %}

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

with events as (

    select
        event_date,
        organization_id,
        deployment_id,
        asset_key,
        event_type,
        run_id,
        partition_date,
        occurred_at
    from {{ ref('fct_asset_events') }}
    where {{ in_run_window('event_date', lookback) }}

)

select
    event_date,
    organization_id,
    deployment_id,
    asset_key,
    count(case when event_type = 'ASSET_MATERIALIZATION' then 1 end) as materialization_count,
    count(case when event_type = 'ASSET_OBSERVATION' then 1 end) as observation_count,
    count(case when event_type = 'ASSET_CHECK_EVALUATION' then 1 end) as check_count,
    count(distinct run_id) as run_count,
    count(distinct partition_date) as partition_count,
    max(occurred_at) as last_occurred_at
from events
group by
    event_date,
    organization_id,
    deployment_id,
    asset_key
