{# A run that hangs is ended by the product after two days, and rows are replicated a day later at most. #}
{% set lookback = 4 %}

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_window',
        event_time='run_date',
        lookback=lookback,
        tags=['daily'],
        on_schema_change='fail'
    )
}}

with runs as (

    select
        run_date,
        job_id,
        job_name,
        deployment_id,
        organization_id,
        run_id,
        created_at,
        is_scheduled,
        is_succeeded,
        is_failed,
        is_finished,
        duration_seconds,
        queued_seconds
    from {{ ref('fct_runs') }}
    where {{ in_run_window('run_date', lookback) }}

),

-- The outcome before each run of a job, within the day: a success after a failure is a recovery.
in_order as (

    select
        run_date,
        job_id,
        job_name,
        deployment_id,
        organization_id,
        is_scheduled,
        is_succeeded,
        is_failed,
        is_finished,
        duration_seconds,
        queued_seconds,
        lag(is_failed) over (partition by job_id, run_date order by created_at, run_id) as has_failed_before,
        row_number() over (partition by job_id, run_date order by created_at desc, run_id desc) as place_from_last
    from runs

)

select
    run_date,
    job_id,
    job_name,
    deployment_id,
    organization_id,
    count(*) as run_count,
    count(case when is_scheduled then 1 end) as scheduled_run_count,
    count(case when is_succeeded then 1 end) as succeeded_run_count,
    count(case when is_failed then 1 end) as failed_run_count,
    count(case when is_finished and not is_succeeded and not is_failed then 1 end) as canceled_run_count,
    count(case when is_succeeded and has_failed_before then 1 end) as recovery_count,
    count(case when place_from_last = 1 and is_failed then 1 end) = 1 as is_failing,
    {{ safe_divide(
        'count(case when is_succeeded then 1 end)', 'count(case when is_succeeded or is_failed then 1 end)'
    ) }} as success_rate,
    {{ median('duration_seconds') }} as median_run_seconds,
    max(duration_seconds) as longest_run_seconds,
    {{ median('queued_seconds') }} as median_queued_seconds
from in_order
group by
    run_date,
    job_id,
    job_name,
    deployment_id,
    organization_id
