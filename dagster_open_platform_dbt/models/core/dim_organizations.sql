with organizations as (

    select
        organization_id,
        organization_public_id,
        organization_name,
        email_domain,
        plan,
        region,
        country,
        employee_count,
        is_internal,
        is_canceled,
        is_sso_enabled,
        created_at,
        canceled_at
    from {{ ref('stg_cloud_product__organizations') }}

),

memberships as (

    select
        organization_id,
        user_id,
        is_guest
    from {{ ref('stg_cloud_product__users_organizations') }}

),

users as (

    select
        user_id,
        is_active
    from {{ ref('stg_cloud_product__users') }}

),

members as (

    select
        memberships.organization_id,
        count(*) as member_count,
        count(case when users.is_active then 1 end) as active_member_count,
        count(case when memberships.is_guest then 1 end) as guest_count
    from memberships
    left join users
        on memberships.user_id = users.user_id
    group by memberships.organization_id

),

deployments as (

    select
        organization_id,
        count(*) as deployment_count,
        count(case when is_active then 1 end) as active_deployment_count
    from {{ ref('stg_cloud_product__deployments') }}
    group by organization_id

),

runs as (

    select
        organization_id,
        count(*) as run_count,
        min(created_at) as first_run_at,
        max(created_at) as last_run_at
    from {{ ref('stg_cloud_product__runs') }}
    group by organization_id

),

contracts as (

    select
        organization_id,
        currency,
        monthly_commitment,
        contract_start_date
    from {{ ref('stg_cloud_product__customer_info') }}

)

select
    organizations.organization_id,
    organizations.organization_public_id,
    organizations.organization_name,
    organizations.email_domain,
    organizations.plan,
    organizations.region,
    organizations.country,
    organizations.employee_count,
    organizations.is_internal,
    organizations.is_canceled,
    -- What reports about customers count.
    not organizations.is_internal and not organizations.is_canceled as is_current_customer,
    organizations.is_sso_enabled,
    organizations.created_at,
    organizations.canceled_at,
    coalesce(members.member_count, 0) as member_count,
    coalesce(members.active_member_count, 0) as active_member_count,
    coalesce(members.guest_count, 0) as guest_count,
    coalesce(deployments.deployment_count, 0) as deployment_count,
    coalesce(deployments.active_deployment_count, 0) as active_deployment_count,
    coalesce(runs.run_count, 0) as run_count,
    runs.first_run_at,
    runs.last_run_at,
    contracts.currency,
    -- The last contract of an organization that cancelled stays in the product's database, but commits it to nothing.
    case when not organizations.is_canceled then contracts.monthly_commitment end as monthly_commitment,
    contracts.contract_start_date
from organizations
left join members
    on organizations.organization_id = members.organization_id
left join deployments
    on organizations.organization_id = deployments.organization_id
left join runs
    on organizations.organization_id = runs.organization_id
left join contracts
    on organizations.organization_id = contracts.organization_id
