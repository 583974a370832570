{{
    config(
        severity='warn',
        meta={'dagster': {'ref': {'name': 'deployment_run_summary'}}}
    )
}}

-- All deployments together have as many runs as there are, and so have all organizations: none is lost, none is counted
-- twice. A run whose deployment or organization is not loaded yet is missing in one of them, hence a warning.
with by_deployment as (

    select sum(total_run_count) as run_count
    from {{ ref('deployment_run_summary') }}

),

by_organization as (

    select sum(run_count) as run_count
    from {{ ref('dim_organizations') }}

),

staged as (

    select count(*) as run_count
    from {{ ref('stg_cloud_product__runs') }}

)

select
    staged.run_count as staged_run_count,
    by_deployment.run_count as deployments_run_count,
    by_organization.run_count as organizations_run_count
from staged
cross join by_deployment
cross join by_organization
where
    staged.run_count <> coalesce(by_deployment.run_count, 0)
    or staged.run_count <> coalesce(by_organization.run_count, 0)
