with contracts as (

    select
        contract_id,
        contract_number,
        account_id,
        opportunity_id,
        owner_user_id,
        contract_status,
        start_date,
        end_date,
        term_months,
        monthly_commitment,
        billing_country
    from {{ ref('stg_salesforce__contract') }}

),

accounts as (

    select
        account_id,
        account_name,
        organization_id,
        organization_public_id,
        segment,
        customer_success_user_id
    from {{ ref('dim_accounts') }}

),

opportunities as (

    select
        opportunity_id,
        account_id,
        opportunity_type,
        contract_year,
        currency,
        outcome,
        stage_name,
        close_date,
        amount_usd
    from {{ ref('fct_opportunities') }}

),

currencies as (

    select
        currency,
        units_per_usd
    from {{ ref('stg_salesforce__currency_type') }}

),

as_of as (

    select as_of_date
    from {{ ref('int_sales__as_of') }}

),

joined as (

    select
        contracts.contract_id,
        contracts.contract_number,
        contracts.account_id,
        accounts.account_name,
        accounts.organization_id,
        accounts.organization_public_id,
        accounts.segment,
        accounts.customer_success_user_id,
        contracts.owner_user_id,
        contracts.opportunity_id,
        opportunities.opportunity_type,
        opportunities.contract_year,
        contracts.contract_status,
        contracts.start_date,
        contracts.end_date,
        contracts.term_months,
        contracts.billing_country,
        opportunities.currency,
        contracts.monthly_commitment,
        {{ safe_divide('12 * contracts.monthly_commitment', 'currencies.units_per_usd') }} as arr_usd,
        as_of.as_of_date,
        renewals.opportunity_id as renewal_opportunity_id,
        renewals.outcome as renewal_outcome,
        renewals.stage_name as renewal_stage_name,
        renewals.amount_usd as renewal_amount_usd
    from contracts
    cross join as_of
    inner join accounts
        on contracts.account_id = accounts.account_id
    left join opportunities
        on contracts.opportunity_id = opportunities.opportunity_id
    left join currencies
        on opportunities.currency = currencies.currency
    -- The opportunity that sells the same customer the year after.
    left join opportunities as renewals
        on
            contracts.account_id = renewals.account_id
            and renewals.opportunity_type = 'renewal'
            and opportunities.contract_year + 1 = renewals.contract_year

)

select
    contract_id,
    contract_number,
    account_id,
    account_name,
    organization_id,
    organization_public_id,
    segment,
    owner_user_id,
    customer_success_user_id,
    opportunity_id,
    opportunity_type,
    contract_year,
    contract_status,
    start_date,
    end_date,
    term_months,
    billing_country,
    currency,
    monthly_commitment,
    arr_usd,
    as_of_date,
    as_of_date between start_date and end_date as is_current,
    case when as_of_date between start_date and end_date then {{ days_between('as_of_date', 'end_date') }} end
        as days_to_end,
    renewal_opportunity_id,
    renewal_outcome,
    renewal_stage_name,
    renewal_amount_usd,
    case
        when renewal_outcome = 'won' then 'renewed'
        when renewal_outcome = 'lost' then 'lost'
        when end_date < as_of_date then 'lapsed'
        when renewal_outcome = 'open' then 'in negotiation'
        else 'not yet due'
    end as renewal_state
from joined
