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
        run_id,
        shard,
        organization_id,
        deployment_id,
        job_id,
        job_name,
        status,
        is_finished,
        is_succeeded,
        is_failed,
        partition_date,
        created_at,
        created_date,
        started_at,
        ended_at,
        duration_ms,
        compute_cost_micros
    from {{ ref('stg_cloud_product__runs') }}
    where {{ in_run_window('created_date', lookback) }}

),

-- A run has one tag of a key; of several that are replicated the latest holds.
schedules as (

    select
        run_id,
        tag_value as schedule_name,
        row_number() over (partition by run_id order by created_at desc, run_tag_id desc, shard asc) as place
    from {{ ref('stg_cloud_product__run_tags') }}
    where
        tag_key = 'dagster/schedule_name'
        and {{ since_run_window('cast(created_at as date)', lookback) }}

)

select
    runs.created_date as run_date,
    runs.run_id,
    runs.shard,
    runs.organization_id,
    runs.deployment_id,
    runs.job_id,
    runs.job_name,
    schedules.schedule_name,
    schedules.schedule_name is not null as is_scheduled,
    runs.status,
    runs.is_finished,
    runs.is_succeeded,
    runs.is_failed,
    runs.partition_date,
    runs.created_at,
    runs.started_at,
    runs.ended_at,
    {{ seconds_between('runs.created_at', 'runs.started_at') }} as queued_seconds,
    runs.duration_ms,
    runs.duration_ms / cast(1000 as double) as duration_seconds,
    runs.compute_cost_micros,
    runs.compute_cost_micros / cast(1000000 as double) as compute_cost_usd
from runs
left join schedules
    on
        runs.run_id = schedules.run_id
        and schedules.place = 1
