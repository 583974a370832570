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
        is_active,
        parent_deployment_id,
        last_deployed_at,
        created_at
    from {{ ref('stg_cloud_product__deployments') }}

),

locations as (

    select
        deployment_id,
        count(*) as code_location_count,
        count(case when has_load_error then 1 end) as broken_code_location_count
    from {{ ref('stg_cloud_product__repository_locations_data') }}
    group by deployment_id

),

jobs as (

    select
        deployment_id,
        count(*) as job_count,
        count(cron_schedule) as scheduled_job_count
    from {{ ref('stg_cloud_product__jobs') }}
    group by deployment_id

),

policies as (

    select
        deployment_id,
        count(*) as enabled_alert_policy_count
    from {{ ref('stg_cloud_product__alert_policies') }}
    where is_enabled
    group by deployment_id

),

-- A deployment has one agent of ours at a time; the latest is the one that counts.
agents as (

    select
        deployment_id,
        cpu_limit,
        memory_mb,
        is_running,
        row_number() over (partition by deployment_id order by created_at desc, agent_id desc) as place
    from {{ ref('stg_cloud_product__serverless_agents') }}

),

runs as (

    select
        deployment_id,
        count(*) as run_count,
        min(created_at) as first_run_at,
        max(created_at) as last_run_at
    from {{ ref('stg_cloud_product__runs') }}
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
    deployments.parent_deployment_id,
    deployments.last_deployed_at,
    deployments.created_at,
    coalesce(locations.code_location_count, 0) as code_location_count,
    coalesce(locations.broken_code_location_count, 0) as broken_code_location_count,
    coalesce(jobs.job_count, 0) as job_count,
    coalesce(jobs.scheduled_job_count, 0) as scheduled_job_count,
    coalesce(policies.enabled_alert_policy_count, 0) as enabled_alert_policy_count,
    agents.cpu_limit as agent_cpu_limit,
    agents.memory_mb as agent_memory_mb,
    agents.is_running as is_agent_running,
    coalesce(runs.run_count, 0) as run_count,
    runs.first_run_at,
    runs.last_run_at
from deployments
left join locations
    on deployments.deployment_id = locations.deployment_id
left join jobs
    on deployments.deployment_id = jobs.deployment_id
left join policies
    on deployments.deployment_id = policies.deployment_id
left join agents
    on
        deployments.deployment_id = agents.deployment_id
        and agents.place = 1
left join runs
    on deployments.deployment_id = runs.deployment_id
