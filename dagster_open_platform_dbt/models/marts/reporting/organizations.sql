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
        member_count,
        active_deployment_count,
        run_count,
        last_run_at,
        cast(created_at as date) as created_date,
        cast(canceled_at as date) as canceled_date
    from {{ ref('dim_organizations') }}

),

last_day as (

    select date_day as as_of_date
    from {{ ref('int_reporting__days') }}
    where is_last_day

),

contracts as (

    select
        contract_id,
        organization_id,
        plan_name,
        currency,
        monthly_commitment,
        arr_usd,
        valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('dim_contracts') }}

),

accounts as (

    select
        account_id,
        organization_id
    from {{ ref('dim_accounts') }}
    where is_primary_of_organization

),

recent_usage as (

    select
        days.organization_id,
        sum(days.run_count) as run_count,
        count(case when days.active_user_count > 0 then 1 end) as active_day_count
    from {{ ref('organization_usage_daily') }} as days
    cross join last_day
    where
        days.usage_date > {{ add_days('last_day.as_of_date', -28) }}
        and days.usage_date <= last_day.as_of_date
    group by days.organization_id

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
    organizations.created_date,
    organizations.canceled_date,
    contracts.contract_id is not null as is_customer,
    contracts.contract_id,
    contracts.plan_name as contract_plan,
    contracts.currency as contract_currency,
    contracts.monthly_commitment,
    coalesce(contracts.arr_usd, 0) as arr_usd,
    contracts.valid_from as contract_start_date,
    accounts.account_id,
    organizations.member_count,
    organizations.active_deployment_count,
    organizations.run_count,
    cast(coalesce(recent_usage.run_count, 0) as bigint) as run_count_28_days,
    coalesce(recent_usage.active_day_count, 0) as active_days_28_days,
    organizations.last_run_at,
    last_day.as_of_date
from organizations
cross join last_day
left join contracts
    on
        organizations.organization_id = contracts.organization_id
        and last_day.as_of_date >= contracts.valid_from
        and last_day.as_of_date < contracts.valid_to
left join accounts
    on organizations.organization_id = accounts.organization_id
left join recent_usage
    on organizations.organization_id = recent_usage.organization_id
