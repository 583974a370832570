with locations as (

    select
        location_id,
        organization_id,
        deployment_id,
        location_name,
        load_count,
        has_load_error,
        load_error_class,
        loaded_at,
        created_at
    from {{ ref('stg_cloud_product__repository_locations_data') }}

),

deployments as (

    select
        deployment_id,
        deployment_type,
        agent_type,
        is_active
    from {{ ref('dim_deployments') }}

),

last_day as (

    select last_date
    from {{ ref('int_product__last_day') }}

),

jobs as (

    select
        job_id,
        location_id,
        cron_schedule
    from {{ ref('dim_jobs') }}

),

job_counts as (

    select
        location_id,
        count(*) as job_count,
        count(cron_schedule) as scheduled_job_count
    from jobs
    group by location_id

),

runs as (

    select
        jobs.location_id,
        count(*) as run_count_28d,
        count(case when runs.is_failed then 1 end) as failed_run_count_28d,
        count(case when runs.is_succeeded then 1 end) as succeeded_run_count_28d
    from {{ ref('fct_runs') }} as runs
    inner join jobs
        on runs.job_id = jobs.job_id
    inner join last_day
        on runs.run_date > {{ add_days('last_day.last_date', -28) }}
    group by jobs.location_id

),

measured as (

    select
        locations.location_id,
        locations.organization_id,
        locations.deployment_id,
        locations.location_name,
        deployments.deployment_type,
        deployments.agent_type,
        deployments.is_active as is_deployment_active,
        locations.load_count,
        locations.has_load_error,
        locations.load_error_class,
        locations.loaded_at,
        {{ days_between('locations.loaded_at', 'last_day.last_date') }} as days_since_load,
        coalesce(job_counts.job_count, 0) as job_count,
        coalesce(job_counts.scheduled_job_count, 0) as scheduled_job_count,
        coalesce(runs.run_count_28d, 0) as run_count_28d,
        coalesce(runs.failed_run_count_28d, 0) as failed_run_count_28d,
        {{ safe_divide('runs.succeeded_run_count_28d', 'runs.succeeded_run_count_28d + runs.failed_run_count_28d') }}
            as success_rate_28d
    from locations
    cross join last_day
    left join deployments
        on locations.deployment_id = deployments.deployment_id
    left join job_counts
        on locations.location_id = job_counts.location_id
    left join runs
        on locations.location_id = runs.location_id

)

select
    location_id,
    organization_id,
    deployment_id,
    location_name,
    deployment_type,
    agent_type,
    is_deployment_active,
    load_count,
    has_load_error,
    load_error_class,
    loaded_at,
    days_since_load,
    job_count,
    scheduled_job_count,
    run_count_28d,
    failed_run_count_28d,
    success_rate_28d,
    case
        when has_load_error then 'BROKEN'
        when run_count_28d = 0 then 'IDLE'
        when success_rate_28d < 0.8 then 'UNRELIABLE'
        else 'HEALTHY'
    end as health
from measured
