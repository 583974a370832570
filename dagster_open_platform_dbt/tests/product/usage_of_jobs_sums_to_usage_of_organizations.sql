{{ config(meta={'dagster': {'ref': {'name': 'usage_metrics_daily_jobs_aggregated'}}}) }}

-- What the jobs of an organization did on a day is what the organization did.
with of_jobs as (

    select
        usage_date,
        organization_id,
        sum(run_count) as run_count,
        sum(failed_run_count) as failed_run_count,
        sum(step_count) as step_count,
        sum(materialization_count) as materialization_count,
        sum(credit_count) as credit_count,
        sum(run_ms) as run_ms,
        sum(compute_cost_micros) as compute_cost_micros
    from {{ ref('usage_metrics_daily_jobs_aggregated') }}
    group by
        usage_date,
        organization_id

),

of_organizations as (

    select
        usage_date,
        organization_id,
        run_count,
        failed_run_count,
        step_count,
        materialization_count,
        credit_count,
        run_ms,
        compute_cost_micros
    from {{ ref('usage_metrics_daily') }}

)

select
    coalesce(of_jobs.usage_date, of_organizations.usage_date) as usage_date,
    coalesce(of_jobs.organization_id, of_organizations.organization_id) as organization_id,
    of_jobs.run_count as job_run_count,
    of_organizations.run_count as organization_run_count,
    of_jobs.credit_count as job_credit_count,
    of_organizations.credit_count as organization_credit_count
from of_jobs
full outer join of_organizations
    on
        of_jobs.usage_date = of_organizations.usage_date
        and of_jobs.organization_id = of_organizations.organization_id
where
    of_jobs.run_count is distinct from of_organizations.run_count
    or of_jobs.failed_run_count is distinct from of_organizations.failed_run_count
    or of_jobs.step_count is distinct from of_organizations.step_count
    or of_jobs.materialization_count is distinct from of_organizations.materialization_count
    or of_jobs.credit_count is distinct from of_organizations.credit_count
    or of_jobs.run_ms is distinct from of_organizations.run_ms
    or of_jobs.compute_cost_micros is distinct from of_organizations.compute_cost_micros
