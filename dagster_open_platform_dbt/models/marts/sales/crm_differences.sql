with accounts as (

    select
        account_id,
        account_name,
        organization_public_id,
        account_type,
        plan_name,
        employee_count,
        industry
    from {{ ref('stg_salesforce__account') }}

),

companies as (

    select
        company_id,
        salesforce_account_id,
        organization_public_id,
        company_name,
        company_type,
        plan_name,
        employee_count,
        industry
    from {{ ref('stg_hubspot__company') }}
    where salesforce_account_id is not null

),

pairs as (

    select
        accounts.account_id,
        cast(companies.company_id as varchar) as hubspot_id,
        accounts.account_name,
        companies.company_name,
        accounts.organization_public_id as salesforce_organization,
        companies.organization_public_id as hubspot_organization,
        case when accounts.account_type in ('customer', 'former customer') then 'CUSTOMER' else 'PROSPECT' end
            as salesforce_type,
        companies.company_type as hubspot_type,
        accounts.plan_name as salesforce_plan,
        companies.plan_name as hubspot_plan,
        cast(accounts.employee_count as varchar) as salesforce_employees,
        cast(companies.employee_count as varchar) as hubspot_employees,
        accounts.industry as salesforce_industry,
        companies.industry as hubspot_industry
    from accounts
    inner join companies
        on accounts.account_id = companies.salesforce_account_id

),

opportunities as (

    select
        opportunities.opportunity_id,
        opportunities.outcome as salesforce_outcome,
        case when deals.is_won then 'won' when deals.is_closed then 'lost' else 'open' end as hubspot_outcome,
        cast(opportunities.amount as varchar) as salesforce_amount,
        cast(deals.amount as varchar) as hubspot_amount,
        opportunities.loss_reason as salesforce_reason,
        deals.loss_reason as hubspot_reason,
        cast(deals.deal_id as varchar) as hubspot_id
    from {{ ref('fct_opportunities') }} as opportunities
    inner join {{ ref('stg_hubspot__deal') }} as deals
        on opportunities.opportunity_id = deals.opportunity_id

),

compared as (

    select
        'account' as record_type,
        account_id as salesforce_id,
        hubspot_id,
        'name' as field_name,
        account_name as salesforce_value,
        company_name as hubspot_value
    from pairs
    union all
    select
        'account' as record_type,
        account_id as salesforce_id,
        hubspot_id,
        'organization' as field_name,
        salesforce_organization as salesforce_value,
        hubspot_organization as hubspot_value
    from pairs
    union all
    select
        'account' as record_type,
        account_id as salesforce_id,
        hubspot_id,
        'type' as field_name,
        salesforce_type as salesforce_value,
        hubspot_type as hubspot_value
    from pairs
    union all
    select
        'account' as record_type,
        account_id as salesforce_id,
        hubspot_id,
        'plan' as field_name,
        salesforce_plan as salesforce_value,
        hubspot_plan as hubspot_value
    from pairs
    union all
    select
        'account' as record_type,
        account_id as salesforce_id,
        hubspot_id,
        'employees' as field_name,
        salesforce_employees as salesforce_value,
        hubspot_employees as hubspot_value
    from pairs
    union all
    select
        'account' as record_type,
        account_id as salesforce_id,
        hubspot_id,
        'industry' as field_name,
        salesforce_industry as salesforce_value,
        hubspot_industry as hubspot_value
    from pairs
    union all
    select
        'opportunity' as record_type,
        opportunity_id as salesforce_id,
        hubspot_id,
        'outcome' as field_name,
        salesforce_outcome as salesforce_value,
        hubspot_outcome as hubspot_value
    from opportunities
    union all
    select
        'opportunity' as record_type,
        opportunity_id as salesforce_id,
        hubspot_id,
        'amount' as field_name,
        salesforce_amount as salesforce_value,
        hubspot_amount as hubspot_value
    from opportunities
    union all
    select
        'opportunity' as record_type,
        opportunity_id as salesforce_id,
        hubspot_id,
        'loss reason' as field_name,
        salesforce_reason as salesforce_value,
        hubspot_reason as hubspot_value
    from opportunities

)

select
    record_type,
    salesforce_id,
    field_name,
    hubspot_id,
    salesforce_value,
    hubspot_value,
    case
        when salesforce_value is null then 'missing in salesforce'
        when hubspot_value is null then 'missing in hubspot'
        else 'different'
    end as difference
from compared
where salesforce_value is distinct from hubspot_value
