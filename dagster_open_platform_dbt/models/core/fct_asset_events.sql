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
        shard,
        event_log_id,
        run_id,
        organization_id,
        event_type,
        step_key,
        asset_key,
        occurred_at,
        occurred_date
    from {{ ref('stg_cloud_product__event_logs') }}
    where
        asset_key is not null
        and event_type in ('ASSET_MATERIALIZATION', 'ASSET_OBSERVATION', 'ASSET_CHECK_EVALUATION')
        and {{ in_run_window('occurred_date', lookback) }}

),

runs as (

    select
        run_id,
        deployment_id,
        job_id,
        partition_date
    from {{ ref('stg_cloud_product__runs') }}

)

select
    events.occurred_date as event_date,
    events.shard,
    events.event_log_id,
    events.event_type,
    events.organization_id,
    runs.deployment_id,
    runs.job_id,
    events.run_id,
    events.step_key,
    events.asset_key,
    runs.partition_date,
    events.occurred_at
from events
-- The run of an event may be loaded after the event is.
left join runs
    on events.run_id = runs.run_id
