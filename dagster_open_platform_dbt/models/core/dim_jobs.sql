with jobs as (

    select
        job_id,
        shard,
        organization_id,
        deployment_id,
        location_id,
        job_name,
        is_asset_job,
        cron_schedule,
        created_at
    from {{ ref('stg_cloud_product__jobs') }}

),

locations as (

    select
        location_id,
        location_name
    from {{ ref('stg_cloud_product__repository_locations_data') }}

),

runs as (

    select
        job_id,
        count(*) as run_count,
        max(created_at) as last_run_at
    from {{ ref('stg_cloud_product__runs') }}
    group by job_id

)

select
    jobs.job_id,
    jobs.shard,
    jobs.organization_id,
    jobs.deployment_id,
    jobs.location_id,
    locations.location_name,
    jobs.job_name,
    jobs.is_asset_job,
    jobs.cron_schedule,
    case
        when jobs.cron_schedule is null then 'NONE'
        when jobs.cron_schedule = '*/15 * * * *' then 'QUARTER_HOURLY'
        when jobs.cron_schedule in ('0 * * * *', '@hourly') then 'HOURLY'
        when jobs.cron_schedule in ('0 0 1 * *', '@monthly') then 'MONTHLY'
        when jobs.cron_schedule like '% * * 1-5' then 'WORKING_DAYS'
        when jobs.cron_schedule = '@daily' or jobs.cron_schedule like '% * * *' then 'DAILY'
        else 'OTHER'
    end as schedule_kind,
    jobs.created_at,
    coalesce(runs.run_count, 0) as run_count,
    runs.last_run_at
from jobs
left join locations
    on jobs.location_id = locations.location_id
left join runs
    on jobs.job_id = runs.job_id
