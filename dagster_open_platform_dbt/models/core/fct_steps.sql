{# A run that hangs goes on for three days, and its last events arrive up to three days later. #}
{% set lookback = 7 %}

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
        run_id,
        shard,
        organization_id,
        deployment_id,
        job_id,
        created_date as run_date
    from {{ ref('stg_cloud_product__runs') }}
    where {{ in_run_window('created_date', lookback) }}

),

events as (

    select
        run_id,
        step_key,
        event_type,
        occurred_at
    from {{ ref('stg_cloud_product__event_logs') }}
    where
        step_key is not null
        and {{ since_run_window('occurred_date', lookback) }}

),

steps as (

    select
        run_id,
        step_key,
        min(case when event_type = 'STEP_START' then occurred_at end) as started_at,
        max(case when event_type in ('STEP_SUCCESS', 'STEP_FAILURE') then occurred_at end) as ended_at,
        max(case when event_type = 'STEP_SUCCESS' then occurred_at end) as last_succeeded_at,
        max(case when event_type = 'STEP_FAILURE' then occurred_at end) as last_failed_at,
        count(case when event_type = 'STEP_START' then 1 end) as attempt_count,
        count(case when event_type = 'ASSET_MATERIALIZATION' then 1 end) as materialization_count
    from events
    group by
        run_id,
        step_key

)

-- A step that is tried again has several ends; the last one tells.
select
    runs.run_date,
    steps.run_id,
    steps.step_key,
    runs.shard,
    runs.organization_id,
    runs.deployment_id,
    runs.job_id,
    case
        when steps.ended_at is null then 'STARTED'
        when steps.last_succeeded_at is null then 'FAILURE'
        when steps.last_failed_at > steps.last_succeeded_at then 'FAILURE'
        else 'SUCCESS'
    end as status,
    steps.started_at,
    steps.ended_at,
    {{ seconds_between('steps.started_at', 'steps.ended_at') }} as duration_seconds,
    steps.attempt_count,
    steps.materialization_count,
    -- A step that materializes assets uses a credit for each of them, any other step one; a step that never ended none.
    case
        when steps.ended_at is null then 0
        when steps.materialization_count > 0 then steps.materialization_count
        else 1
    end as credit_count
from steps
inner join runs
    on steps.run_id = runs.run_id
