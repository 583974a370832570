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

),

elsewhere as (

    select
        organization_id,
        salesforce_account_id,
        hubspot_company_id,
        stripe_customer_id,
        crm_name,
        billing_name,
        crm_plan,
        billing_plan,
        crm_employee_count,
        crm_country,
        billing_country,
        billing_currency
    from {{ ref('int_organizations__in_other_systems') }}

),

-- Whom to believe where product, billing and CRM disagree. The product enforces the plan and shows the name; a billing
-- address is checked, a country given at sign-up is not; sales asks how large a company is, a form lets anyone guess.
resolved as (

    select
        organizations.organization_id,
        coalesce(organizations.organization_name, elsewhere.billing_name, elsewhere.crm_name) as organization_name,
        case
            when organizations.organization_name is not null then 'product'
            when elsewhere.billing_name is not null then 'billing'
            when elsewhere.crm_name is not null then 'crm'
        end as name_source,
        coalesce(organizations.plan, elsewhere.billing_plan, elsewhere.crm_plan) as plan,
        case
            when organizations.plan is not null then 'product'
            when elsewhere.billing_plan is not null then 'billing'
            when elsewhere.crm_plan is not null then 'crm'
        end as plan_source,
        coalesce(elsewhere.billing_country, organizations.country, elsewhere.crm_country) as country,
        case
            when elsewhere.billing_country is not null then 'billing'
            when organizations.country is not null then 'product'
            when elsewhere.crm_country is not null then 'crm'
        end as country_source,
        coalesce(elsewhere.crm_employee_count, organizations.employee_count) as employee_count,
        case
            when elsewhere.crm_employee_count is not null then 'crm'
            when organizations.employee_count is not null then 'product'
        end as employee_count_source,
        coalesce(organizations.organization_name <> elsewhere.billing_name, false)
        or coalesce(organizations.organization_name <> elsewhere.crm_name, false) as has_name_conflict,
        coalesce(organizations.plan <> elsewhere.billing_plan, false)
        or coalesce(organizations.plan <> elsewhere.crm_plan, false) as has_plan_conflict,
        coalesce(organizations.country <> elsewhere.billing_country, false)
        or coalesce(organizations.country <> elsewhere.crm_country, false)
        or coalesce(elsewhere.billing_country <> elsewhere.crm_country, false) as has_country_conflict,
        coalesce(organizations.employee_count <> elsewhere.crm_employee_count, false) as has_employee_count_conflict
    from organizations
    inner join elsewhere
        on organizations.organization_id = elsewhere.organization_id

)

select
    organizations.organization_id,
    organizations.organization_public_id,
    resolved.organization_name,
    organizations.email_domain,
    resolved.plan,
    organizations.region,
    resolved.country,
    resolved.employee_count,
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
    contracts.contract_start_date,
    elsewhere.salesforce_account_id,
    elsewhere.hubspot_company_id,
    elsewhere.stripe_customer_id,
    elsewhere.billing_currency,
    elsewhere.billing_country,
    resolved.name_source,
    resolved.plan_source,
    resolved.country_source,
    resolved.employee_count_source,
    resolved.has_name_conflict
    or resolved.has_plan_conflict
    or resolved.has_country_conflict
    or resolved.has_employee_count_conflict as has_conflict
from organizations
inner join elsewhere
    on organizations.organization_id = elsewhere.organization_id
inner join resolved
    on organizations.organization_id = resolved.organization_id
left join members
    on organizations.organization_id = members.organization_id
left join deployments
    on organizations.organization_id = deployments.organization_id
left join runs
    on organizations.organization_id = runs.organization_id
left join contracts
    on organizations.organization_id = contracts.organization_id
