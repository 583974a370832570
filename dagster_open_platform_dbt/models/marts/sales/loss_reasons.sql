with lost as (

    select
        opportunities.opportunity_id,
        opportunities.opportunity_type,
        opportunities.closed_date,
        opportunities.amount_usd,
        coalesce(opportunities.loss_reason, deals.loss_reason, 'Unknown') as loss_reason,
        opportunities.loss_reason is null and deals.loss_reason is not null as is_from_hubspot
    from {{ ref('fct_opportunities') }} as opportunities
    -- Salesforce's reason counts; where it has none, HubSpot's.
    left join {{ ref('stg_hubspot__deal') }} as deals
        on opportunities.opportunity_id = deals.opportunity_id
    where opportunities.outcome = 'lost'

),

last_stages as (

    select
        opportunity_id,
        max(previous_stage_order) as stage_order
    from {{ ref('fct_opportunity_stages') }}
    where
        is_closed
        and is_stage_change
    group by opportunity_id

),

counted as (

    select
        quarters.quarter_start_date,
        lost.opportunity_type,
        lost.loss_reason,
        count(*) as lost_count,
        count(case when lost.is_from_hubspot then 1 end) as reason_from_hubspot_count,
        -- From the stage on in which a price is on the table.
        count(case when last_stages.stage_order >= 4 then 1 end) as lost_after_proposal_count,
        coalesce(sum(lost.amount_usd), 0) as lost_amount_usd
    from lost
    inner join {{ ref('int_sales__quarters') }} as quarters
        on lost.closed_date = quarters.date_day
    left join last_stages
        on lost.opportunity_id = last_stages.opportunity_id
    group by
        quarters.quarter_start_date,
        lost.opportunity_type,
        lost.loss_reason

)

select
    quarter_start_date,
    opportunity_type,
    loss_reason,
    lost_count,
    reason_from_hubspot_count,
    lost_after_proposal_count,
    lost_amount_usd,
    {{ safe_divide('lost_count', 'sum(lost_count) over (partition by quarter_start_date, opportunity_type)') }}
        as lost_fraction
from counted
