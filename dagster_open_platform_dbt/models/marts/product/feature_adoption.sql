with organizations as (

    select
        organization_id,
        plan,
        is_sso_enabled
    from {{ ref('dim_organizations') }}
    where is_current_customer

),

used as (

    select
        organization_id,
        'SSO' as feature,
        count(case when is_sso_enabled then 1 end) as use_count
    from organizations
    group by organization_id
    union all
    select
        organization_id,
        'BRANCH_DEPLOYMENTS' as feature,
        count(*) as use_count
    from {{ ref('stg_cloud_product__deployments') }}
    where deployment_type = 'BRANCH'
    group by organization_id
    union all
    select
        organization_id,
        'SERVERLESS' as feature,
        count(*) as use_count
    from {{ ref('stg_cloud_product__deployments') }}
    where
        agent_type = 'SERVERLESS'
        and is_active
    group by organization_id
    union all
    select
        organization_id,
        'SCHEDULES' as feature,
        count(*) as use_count
    from {{ ref('stg_cloud_product__jobs') }}
    where cron_schedule is not null
    group by organization_id
    union all
    select
        organization_id,
        'ASSETS' as feature,
        count(*) as use_count
    from {{ ref('stg_cloud_product__jobs') }}
    where is_asset_job
    group by organization_id
    union all
    select
        organization_id,
        'ALERTS' as feature,
        count(*) as use_count
    from {{ ref('stg_cloud_product__alert_policies') }}
    where is_enabled
    group by organization_id
    union all
    select
        organization_id,
        'TEAMS' as feature,
        count(*) as use_count
    from {{ ref('stg_cloud_product__teams') }}
    group by organization_id
    union all
    select
        organization_id,
        'CATALOG_VIEWS' as feature,
        count(*) as use_count
    from {{ ref('stg_cloud_product__catalog_views') }}
    group by organization_id

),

features as (

    select distinct feature
    from used

)

select
    organizations.organization_id,
    features.feature,
    organizations.plan,
    coalesce(used.use_count, 0) > 0 as is_used,
    coalesce(used.use_count, 0) as use_count
from organizations
cross join features
left join used
    on
        organizations.organization_id = used.organization_id
        and features.feature = used.feature
