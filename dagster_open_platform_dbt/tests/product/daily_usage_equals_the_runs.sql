{{ config(meta={'dagster': {'ref': {'name': 'organization_usage_daily'}}}) }}

-- On the days that the mart holds, every run is counted once, and so is every failure.
with built_days as (

    select distinct usage_date
    from {{ ref('organization_usage_daily') }}

),

staged as (

    select
        runs.created_date as usage_date,
        runs.organization_id,
        count(*) as run_count,
        count(case when runs.is_failed then 1 end) as failed_run_count
    from {{ ref('stg_cloud_product__runs') }} as runs
    inner join built_days
        on runs.created_date = built_days.usage_date
    group by
        runs.created_date,
        runs.organization_id

),

counted as (

    select
        usage_date,
        organization_id,
        run_count,
        failed_run_count
    from {{ ref('organization_usage_daily') }}

)

select
    coalesce(staged.usage_date, counted.usage_date) as usage_date,
    coalesce(staged.organization_id, counted.organization_id) as organization_id,
    staged.run_count as staged_run_count,
    counted.run_count as counted_run_count,
    staged.failed_run_count as staged_failed_run_count,
    counted.failed_run_count as counted_failed_run_count
from staged
full outer join counted
    on
        staged.usage_date = counted.usage_date
        and staged.organization_id = counted.organization_id
where
    coalesce(staged.run_count, 0) <> coalesce(counted.run_count, 0)
    or coalesce(staged.failed_run_count, 0) <> coalesce(counted.failed_run_count, 0)
