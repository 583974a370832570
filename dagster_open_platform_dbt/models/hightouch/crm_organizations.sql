with organizations as (

    select
        organization_id,
        organization_public_id,
        organization_name,
        plan,
        region,
        is_canceled,
        is_sso_enabled,
        created_at,
        canceled_at,
        active_member_count,
        deployment_count,
        active_deployment_count,
        first_run_at
    from {{ ref('dim_organizations') }}
    where not is_internal

),

billing as (

    select
        organization_id,
        currency,
        contract_start_date,
        cast(created_at as date) as customer_since_date
    from {{ ref('stg_cloud_product__customer_info') }}

),

revenue as (

    select
        organization_id,
        annual_recurring_revenue
    from {{ ref('customer_arr') }}

)

select
    organizations.organization_id,
    organizations.organization_public_id,
    organizations.organization_name,
    organizations.plan,
    organizations.region,
    case
        when organizations.is_canceled then 'CHURNED'
        when billing.organization_id is not null then 'CUSTOMER'
        else 'FREE'
    end as lifecycle,  -- noqa: RF04
    organizations.is_sso_enabled,
    organizations.created_at,
    organizations.canceled_at,
    billing.organization_id is not null as has_billing,
    billing.currency,
    -- Nothing is a value that is sent, so that what a customer paid does not stay in the CRM after it has left.
    case when billing.organization_id is not null then coalesce(revenue.annual_recurring_revenue, 0) end
        as annual_recurring_revenue,
    billing.contract_start_date,
    billing.customer_since_date,
    organizations.active_member_count,
    organizations.deployment_count,
    organizations.active_deployment_count,
    organizations.first_run_at
from organizations
left join billing
    on organizations.organization_id = billing.organization_id
left join revenue
    on organizations.organization_id = revenue.organization_id
