with organizations as (

    select
        organization_id,
        created_at,
        canceled_at
    from {{ ref('dim_organizations') }}

),

reached as (

    select
        organization_id,
        'SIGNED_UP' as milestone,
        created_at as reached_at
    from organizations
    union all
    select
        organization_id,
        'CANCELED' as milestone,
        canceled_at as reached_at
    from organizations
    union all
    select
        organization_id,
        'FIRST_DEPLOYMENT' as milestone,
        min(created_at) as reached_at
    from {{ ref('stg_cloud_product__deployments') }}
    group by organization_id
    union all
    select
        organization_id,
        'FIRST_CODE_LOCATION' as milestone,
        min(created_at) as reached_at
    from {{ ref('stg_cloud_product__repository_locations_data') }}
    group by organization_id
    union all
    select
        organization_id,
        'FIRST_SCHEDULED_JOB' as milestone,
        min(created_at) as reached_at
    from {{ ref('stg_cloud_product__jobs') }}
    where cron_schedule is not null
    group by organization_id
    union all
    select
        organization_id,
        'FIRST_ALERT_POLICY' as milestone,
        min(created_at) as reached_at
    from {{ ref('stg_cloud_product__alert_policies') }}
    group by organization_id
    union all
    select
        organization_id,
        'FIRST_TEAM' as milestone,
        min(created_at) as reached_at
    from {{ ref('stg_cloud_product__teams') }}
    group by organization_id
    union all
    select
        organization_id,
        'BECAME_CUSTOMER' as milestone,
        min(created_at) as reached_at
    from {{ ref('stg_cloud_product__customer_info') }}
    group by organization_id

),

members as (

    select
        organization_id,
        created_at,
        row_number() over (partition by organization_id order by created_at, membership_id) as place
    from {{ ref('stg_cloud_product__users_organizations') }}

),

-- Runs are known since the data begins: whoever signed up before may have run something earlier.
runs as (

    select
        organizations.organization_id,
        min(runs.created_at) as first_run_at,
        min(case when runs.is_succeeded then runs.ended_at end) as first_success_at
    from {{ ref('stg_cloud_product__runs') }} as runs
    inner join organizations
        on runs.organization_id = organizations.organization_id
    where organizations.created_at >= cast('{{ var("first_date") }}' as timestamp)
    group by organizations.organization_id

),

every_milestone as (

    select
        organization_id,
        milestone,
        reached_at
    from reached
    union all
    select
        organization_id,
        'SECOND_MEMBER' as milestone,
        created_at as reached_at
    from members
    where place = 2
    union all
    select
        organization_id,
        'FIRST_RUN' as milestone,
        first_run_at as reached_at
    from runs
    union all
    select
        organization_id,
        'FIRST_SUCCESSFUL_RUN' as milestone,
        first_success_at as reached_at
    from runs

)

select
    every_milestone.organization_id,
    every_milestone.milestone,
    every_milestone.reached_at,
    cast(every_milestone.reached_at as date) as reached_date,
    {{ hours_between('organizations.created_at', 'every_milestone.reached_at') }} as hours_after_sign_up
from every_milestone
inner join organizations
    on every_milestone.organization_id = organizations.organization_id
where every_milestone.reached_at is not null
