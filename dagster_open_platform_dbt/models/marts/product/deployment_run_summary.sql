with deployments as (

    select
        deployment_id,
        deployment_public_id,
        organization_id,
        shard,
        deployment_name,
        deployment_type,
        agent_type,
        status,
        is_active
    from {{ ref('stg_cloud_product__deployments') }}

),

runs as (

    select
        deployment_id,
        created_at,
        created_date,
        is_finished,
        is_succeeded,
        is_failed,
        duration_ms
    from {{ ref('stg_cloud_product__runs') }}

),

-- The last day with a run anywhere: what the model knows, not what time it is.
latest as (

    select max(created_date) as last_date
    from runs

),

recent as (

    select
        runs.deployment_id,
        count(*) as run_count,
        count(case when runs.is_succeeded then 1 end) as succeeded_run_count,
        count(case when runs.is_failed then 1 end) as failed_run_count,
        {{ median('case when runs.is_finished then runs.duration_ms end') }} / 1000 as median_run_seconds
    from runs
    inner join latest
        on runs.created_date > {{ add_days('latest.last_date', -28) }}
    group by runs.deployment_id

),

ever as (

    select
        deployment_id,
        count(*) as run_count,
        max(created_at) as last_run_at
    from runs
    group by deployment_id

)

select
    deployments.deployment_id,
    deployments.deployment_public_id,
    deployments.organization_id,
    deployments.shard,
    deployments.deployment_name,
    deployments.deployment_type,
    deployments.agent_type,
    deployments.status,
    deployments.is_active,
    cast({{ add_days('latest.last_date', -27) }} as date) as first_date,
    latest.last_date,
    coalesce(recent.run_count, 0) as run_count,
    coalesce(recent.succeeded_run_count, 0) as succeeded_run_count,
    coalesce(recent.failed_run_count, 0) as failed_run_count,
    {{ safe_divide('recent.succeeded_run_count', 'recent.succeeded_run_count + recent.failed_run_count') }}
        as success_rate,
    recent.median_run_seconds,
    coalesce(ever.run_count, 0) as total_run_count,
    ever.last_run_at
from deployments
cross join latest
left join recent
    on deployments.deployment_id = recent.deployment_id
left join ever
    on deployments.deployment_id = ever.deployment_id
