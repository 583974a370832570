-- A table and not incremental: what Stripe bills comes days after the product knows of a contract and takes its place,
-- so that the revenue of past days is restated.
with days as (

    select date_day
    from {{ ref('int_reporting__days') }}

),

organizations as (

    select
        organization_id,
        is_internal,
        cast(created_at as date) as created_date,
        cast(canceled_at as date) as canceled_date
    from {{ ref('dim_organizations') }}

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

usage_days as (

    select
        usage_date,
        organization_id,
        run_count,
        active_user_count
    from {{ ref('organization_usage_daily') }}

),

organization_days as (

    select
        days.date_day,
        organizations.organization_id,
        organizations.is_internal,
        organizations.created_date,
        coalesce(organizations.canceled_date <= days.date_day, false) as is_canceled,
        coalesce(usage_days.run_count, 0) as run_count,
        coalesce(usage_days.active_user_count, 0) as active_user_count
    from days
    inner join organizations
        on days.date_day >= organizations.created_date
    left join usage_days
        on
            days.date_day = usage_days.usage_date
            and organizations.organization_id = usage_days.organization_id

)

select
    organization_days.date_day as report_date,
    organization_days.organization_id,
    organization_days.is_internal,
    organization_days.is_canceled,
    {{ days_between('organization_days.created_date', 'organization_days.date_day') }} as days_since_created,
    contracts.contract_id is not null as is_customer,
    contracts.contract_id,
    contracts.plan_name as contract_plan,
    contracts.currency as contract_currency,
    contracts.monthly_commitment,
    coalesce(contracts.arr_usd, 0) as arr_usd,
    organization_days.run_count,
    organization_days.active_user_count,
    -- Every organization has a row a day, so that 28 rows are 28 days.
    cast(
        sum(organization_days.run_count) over (
            partition by organization_days.organization_id
            order by organization_days.date_day
            rows between 27 preceding and current row
        ) as bigint
    ) as run_count_28_days
from organization_days
left join contracts
    on
        organization_days.organization_id = contracts.organization_id
        and organization_days.date_day >= contracts.valid_from
        and organization_days.date_day < contracts.valid_to
