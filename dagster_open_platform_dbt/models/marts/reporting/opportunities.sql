with opportunities as (

    select
        opportunity_id,
        opportunity_name,
        account_id,
        organization_id,
        owner_user_id,
        campaign_id,
        opportunity_type,
        stage_name,
        stage_order,
        outcome,
        is_closed,
        is_won,
        forecast_category,
        probability_percent,
        currency,
        amount,
        amount_usd,
        created_date,
        close_date,
        closed_date,
        is_entered_afterwards,
        days_to_close,
        lead_source,
        loss_reason,
        cast(stage_changed_at as date) as stage_changed_date,
        last_activity_date
    from {{ ref('fct_opportunities') }}

),

last_day as (

    select date_day as as_of_date
    from {{ ref('int_reporting__days') }}
    where is_last_day

)

select
    opportunities.opportunity_id,
    opportunities.opportunity_name,
    opportunities.account_id,
    opportunities.organization_id,
    opportunities.owner_user_id,
    opportunities.campaign_id,
    opportunities.opportunity_type,
    opportunities.stage_name,
    opportunities.stage_order,
    opportunities.outcome,
    opportunities.is_closed,
    opportunities.is_won,
    opportunities.forecast_category,
    opportunities.probability_percent,
    opportunities.currency,
    opportunities.amount,
    opportunities.amount_usd,
    case
        when not opportunities.is_closed
            then opportunities.amount_usd * opportunities.probability_percent / cast(100 as double)
    end as weighted_amount_usd,
    opportunities.created_date,
    opportunities.close_date as expected_close_date,
    opportunities.closed_date,
    opportunities.is_entered_afterwards,
    opportunities.days_to_close,
    opportunities.stage_changed_date,
    opportunities.last_activity_date,
    opportunities.lead_source,
    opportunities.loss_reason,
    last_day.as_of_date
from opportunities
cross join last_day
