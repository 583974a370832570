{# Steps are final a week after their run was requested. #}
{% set lookback = 7 %}

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
        run_date,
        organization_id,
        count(*) as run_count,
        count(case when is_succeeded then 1 end) as succeeded_run_count,
        count(case when is_failed then 1 end) as failed_run_count,
        sum(duration_ms) as run_ms,
        sum(compute_cost_micros) as compute_cost_micros
    from {{ ref('fct_runs') }}
    where {{ in_run_window('run_date', lookback) }}
    group by
        run_date,
        organization_id

),

steps as (

    select
        run_date,
        organization_id,
        count(*) as step_count,
        count(case when status = 'FAILURE' then 1 end) as failed_step_count,
        sum(materialization_count) as materialization_count,
        sum(credit_count) as credit_count
    from {{ ref('fct_steps') }}
    where {{ in_run_window('run_date', lookback) }}
    group by
        run_date,
        organization_id

)

select
    runs.run_date as usage_date,
    runs.organization_id,
    runs.run_count,
    runs.succeeded_run_count,
    runs.failed_run_count,
    coalesce(steps.step_count, 0) as step_count,
    coalesce(steps.failed_step_count, 0) as failed_step_count,
    cast(coalesce(steps.materialization_count, 0) as bigint) as materialization_count,
    cast(coalesce(steps.credit_count, 0) as bigint) as credit_count,
    cast(coalesce(runs.run_ms, 0) as bigint) as run_ms,
    cast(coalesce(runs.compute_cost_micros, 0) as bigint) as compute_cost_micros
from runs
left join steps
    on
        runs.run_date = steps.run_date
        and runs.organization_id = steps.organization_id
