with opportunities as (

    select
        opportunity_id,
        account_id,
        contact_id,
        owner_user_id,
        campaign_id,
        contract_id,
        opportunity_name,
        opportunity_type,
        stage_name,
        is_closed,
        is_won,
        forecast_category,
        probability_percent,
        amount,
        currency,
        close_date,
        contract_year,
        lead_source,
        loss_reason,
        next_step,
        push_count,
        stage_changed_at,
        last_activity_date,
        created_at,
        created_date,
        updated_at
    from {{ ref('stg_salesforce__opportunity') }}

),

stages as (

    select
        stage_name,
        stage_order
    from {{ ref('stg_salesforce__opportunity_stage') }}

),

currencies as (

    select
        currency,
        units_per_usd
    from {{ ref('stg_salesforce__currency_type') }}

),

accounts as (

    select
        account_id,
        organization_id
    from {{ ref('dim_accounts') }}

),

deals as (

    select
        deal_id,
        opportunity_id
    from {{ ref('stg_hubspot__deal') }}

)

select
    opportunities.opportunity_id,
    opportunities.opportunity_name,
    opportunities.account_id,
    accounts.organization_id,
    opportunities.contact_id,
    opportunities.owner_user_id,
    opportunities.campaign_id,
    opportunities.contract_id,
    deals.deal_id as hubspot_deal_id,
    opportunities.opportunity_type,
    opportunities.contract_year,
    opportunities.stage_name,
    stages.stage_order,
    opportunities.is_closed,
    opportunities.is_won,
    case
        when opportunities.is_won then 'won'
        when opportunities.is_closed then 'lost'
        else 'open'
    end as outcome,
    opportunities.forecast_category,
    opportunities.probability_percent,
    opportunities.currency,
    opportunities.amount,
    {{ safe_divide('opportunities.amount', 'currencies.units_per_usd') }} as amount_usd,
    opportunities.created_at,
    opportunities.created_date,
    opportunities.close_date,
    case when opportunities.is_closed then opportunities.close_date end as closed_date,
    -- What was sold before Salesforce was introduced was entered afterwards: its days say nothing.
    opportunities.is_closed and opportunities.close_date < opportunities.created_date as is_entered_afterwards,
    case
        when opportunities.is_closed and opportunities.close_date >= opportunities.created_date
            then {{ days_between('opportunities.created_date', 'opportunities.close_date') }}
    end as days_to_close,
    opportunities.lead_source,
    opportunities.loss_reason,
    opportunities.next_step,
    opportunities.push_count,
    opportunities.stage_changed_at,
    opportunities.last_activity_date,
    opportunities.updated_at
from opportunities
left join stages
    on opportunities.stage_name = stages.stage_name
left join currencies
    on opportunities.currency = currencies.currency
left join accounts
    on opportunities.account_id = accounts.account_id
left join deals
    on opportunities.opportunity_id = deals.opportunity_id
