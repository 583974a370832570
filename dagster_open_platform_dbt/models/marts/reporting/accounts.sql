with accounts as (

    select
        account_id,
        account_name,
        organization_id,
        organization_public_id,
        is_primary_of_organization,
        hubspot_company_id,
        email_domain,
        account_type,
        is_customer,
        plan_name,
        owner_user_id,
        customer_success_user_id,
        segment,
        industry,
        country_name,
        employee_count,
        contact_count,
        opportunity_count,
        open_opportunity_count,
        won_opportunity_count,
        first_won_date,
        last_activity_date,
        created_date,
        cast(canceled_at as date) as canceled_date
    from {{ ref('dim_accounts') }}

),

opportunities as (

    select
        account_id,
        sum(case when not is_closed then amount_usd end) as open_pipeline_usd,
        sum(case when is_won then amount_usd end) as won_amount_usd
    from {{ ref('fct_opportunities') }}
    group by account_id

),

organizations as (

    select
        organization_id,
        arr_usd,
        run_count_28_days,
        as_of_date
    from {{ ref('organizations') }}

),

last_day as (

    select date_day as as_of_date
    from {{ ref('int_reporting__days') }}
    where is_last_day

)

select
    accounts.account_id,
    accounts.account_name,
    accounts.organization_id,
    accounts.organization_public_id,
    accounts.is_primary_of_organization,
    accounts.hubspot_company_id,
    accounts.email_domain,
    accounts.account_type,
    accounts.is_customer,
    accounts.plan_name,
    accounts.owner_user_id,
    accounts.customer_success_user_id,
    accounts.segment,
    accounts.industry,
    accounts.country_name,
    accounts.employee_count,
    accounts.contact_count,
    accounts.opportunity_count,
    accounts.open_opportunity_count,
    accounts.won_opportunity_count,
    coalesce(opportunities.open_pipeline_usd, 0) as open_pipeline_usd,
    coalesce(opportunities.won_amount_usd, 0) as won_amount_usd,
    -- Of several accounts of an organization one stands for it, so that nothing counts twice.
    case when accounts.is_primary_of_organization then coalesce(organizations.arr_usd, 0) else 0 end as arr_usd,
    case when accounts.is_primary_of_organization then coalesce(organizations.run_count_28_days, 0) else 0 end
        as run_count_28_days,
    accounts.first_won_date,
    accounts.last_activity_date,
    accounts.created_date,
    accounts.canceled_date,
    last_day.as_of_date
from accounts
cross join last_day
left join opportunities
    on accounts.account_id = opportunities.account_id
left join organizations
    on accounts.organization_id = organizations.organization_id
