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
        deployment_id,
        organization_id,
        status,
        duration_ms,
        queued_seconds,
        compute_cost_micros
    from {{ ref('fct_runs') }}
    where {{ in_run_window('run_date', lookback) }}

),

deployments as (

    select
        deployment_id,
        deployment_type,
        agent_type
    from {{ ref('dim_deployments') }}

)

-- A deployment that is not loaded yet is UNKNOWN, so that no run is lost.
select
    runs.run_date,
    coalesce(deployments.agent_type, 'UNKNOWN') as agent_type,
    coalesce(deployments.deployment_type, 'UNKNOWN') as deployment_type,
    runs.status,
    count(*) as run_count,
    count(distinct runs.organization_id) as organization_count,
    cast(coalesce(sum(runs.duration_ms), 0) as bigint) / cast(1000 as double) as run_seconds,
    cast(coalesce(sum(runs.compute_cost_micros), 0) as bigint) / cast(1000000 as double) as compute_cost_usd,
    {{ median('runs.duration_ms') }} / 1000 as median_run_seconds,
    {{ median('runs.queued_seconds') }} as median_queued_seconds
from runs
left join deployments
    on runs.deployment_id = deployments.deployment_id
group by
    runs.run_date,
    coalesce(deployments.agent_type, 'UNKNOWN'),
    coalesce(deployments.deployment_type, 'UNKNOWN'),
    runs.status
