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
        run_id,
        organization_id,
        deployment_id,
        job_id,
        job_name,
        is_succeeded,
        is_failed,
        duration_ms,
        compute_cost_micros
    from {{ ref('fct_runs') }}
    where {{ in_run_window('run_date', lookback) }}

),

steps as (

    select
        run_id,
        count(*) as step_count,
        count(case when status = 'FAILURE' then 1 end) as failed_step_count,
        sum(materialization_count) as materialization_count,
        sum(credit_count) as credit_count
    from {{ ref('fct_steps') }}
    where {{ in_run_window('run_date', lookback) }}
    group by run_id

)

select
    runs.run_date as usage_date,
    runs.organization_id,
    runs.deployment_id,
    runs.job_id,
    runs.job_name,
    count(*) as run_count,
    count(case when runs.is_succeeded then 1 end) as succeeded_run_count,
    count(case when runs.is_failed then 1 end) as failed_run_count,
    cast(coalesce(sum(steps.step_count), 0) as bigint) as step_count,
    cast(coalesce(sum(steps.failed_step_count), 0) as bigint) as failed_step_count,
    cast(coalesce(sum(steps.materialization_count), 0) as bigint) as materialization_count,
    cast(coalesce(sum(steps.credit_count), 0) as bigint) as credit_count,
    cast(coalesce(sum(runs.duration_ms), 0) as bigint) as run_ms,
    cast(coalesce(sum(runs.compute_cost_micros), 0) as bigint) as compute_cost_micros
from runs
left join steps
    on runs.run_id = steps.run_id
group by
    runs.run_date,
    runs.organization_id,
    runs.deployment_id,
    runs.job_id,
    runs.job_name
