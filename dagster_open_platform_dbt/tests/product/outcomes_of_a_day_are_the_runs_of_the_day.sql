{{ config(meta={'dagster': {'ref': {'name': 'run_outcomes_daily'}}}) }}

-- Runs by kind of deployment and runs by job are the same runs.
with by_deployment as (

    select
        run_date,
        sum(run_count) as run_count,
        sum(case when status = 'FAILURE' then run_count else 0 end) as failed_run_count
    from {{ ref('run_outcomes_daily') }}
    group by run_date

),

by_job as (

    select
        run_date,
        sum(run_count) as run_count,
        sum(failed_run_count) as failed_run_count
    from {{ ref('job_reliability_daily') }}
    group by run_date

)

select
    coalesce(by_deployment.run_date, by_job.run_date) as run_date,
    by_deployment.run_count as deployment_run_count,
    by_job.run_count as job_run_count
from by_deployment
full outer join by_job
    on by_deployment.run_date = by_job.run_date
where
    by_deployment.run_count is distinct from by_job.run_count
    or by_deployment.failed_run_count is distinct from by_job.failed_run_count
