{# An event arrives up to three days after the end of its run, and a run may go on past midnight. #}
{% set lookback = 4 %}

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_window',
        event_time='usage_date',
        lookback=lookback,
        tags=['daily'],
        on_schema_change='fail'
    )
}}

with runs as (

    select
        created_date as usage_date,
        organization_id,
        count(*) as run_count,
        count(case when is_failed then 1 end) as failed_run_count,
        sum(duration_ms) as run_ms,
        sum(compute_cost_micros) as compute_cost_micros
    from {{ ref('stg_cloud_product__runs') }}
    where {{ in_run_window('created_date', lookback) }}
    group by
        created_date,
        organization_id

),

run_events as (

    select
        occurred_date as usage_date,
        organization_id,
        count(*) as run_event_count
    from {{ ref('stg_cloud_product__event_logs') }}
    where {{ in_run_window('occurred_date', lookback) }}
    group by
        occurred_date,
        organization_id

),

user_events as (

    select
        event_date as usage_date,
        organization_id,
        count(distinct user_id) as active_user_count,
        sum(event_count) as user_event_count
    from {{ ref('stg_cloud_product__user_events_counts') }}
    where {{ in_run_window('event_date', lookback) }}
    group by
        event_date,
        organization_id

),

happened as (

    select
        usage_date,
        organization_id
    from runs
    union all
    select
        usage_date,
        organization_id
    from run_events
    union all
    select
        usage_date,
        organization_id
    from user_events

),

-- Every day on which anything happened in an organization.
days as (

    select distinct
        usage_date,
        organization_id
    from happened

)

select
    days.usage_date,
    days.organization_id,
    coalesce(runs.run_count, 0) as run_count,
    coalesce(runs.failed_run_count, 0) as failed_run_count,
    cast(coalesce(runs.run_ms, 0) as bigint) / cast(1000 as double) as run_seconds,
    cast(coalesce(runs.compute_cost_micros, 0) as bigint) / cast(1000000 as double) as compute_cost_usd,
    coalesce(run_events.run_event_count, 0) as run_event_count,
    coalesce(user_events.active_user_count, 0) as active_user_count,
    cast(coalesce(user_events.user_event_count, 0) as bigint) as user_event_count
from days
left join runs
    on
        days.usage_date = runs.usage_date
        and days.organization_id = runs.organization_id
left join run_events
    on
        days.usage_date = run_events.usage_date
        and days.organization_id = run_events.organization_id
left join user_events
    on
        days.usage_date = user_events.usage_date
        and days.organization_id = user_events.organization_id
