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

)

select
    created_date as run_date,
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
    started_at,
    ended_at,
    {{ seconds_between('created_at', 'started_at') }} as queued_seconds,
    duration_ms,
    duration_ms / cast(1000 as double) as duration_seconds,
    compute_cost_micros,
    compute_cost_micros / cast(1000000 as double) as compute_cost_usd
from runs
