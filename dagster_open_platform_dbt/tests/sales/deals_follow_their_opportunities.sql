{{ config(meta={'dagster': {'ref': {'name': 'fct_opportunities'}}}) }}

select
    opportunities.opportunity_id,
    opportunities.outcome,
    deals.deal_id,
    deals.is_won,
    deals.is_closed
from {{ ref('fct_opportunities') }} as opportunities
left join {{ ref('stg_hubspot__deal') }} as deals
    on opportunities.opportunity_id = deals.opportunity_id
where
    deals.deal_id is null
    or opportunities.is_won <> deals.is_won
    or opportunities.is_closed <> deals.is_closed
    or opportunities.amount is distinct from deals.amount
