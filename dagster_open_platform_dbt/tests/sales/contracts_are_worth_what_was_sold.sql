{{ config(meta={'dagster': {'ref': {'name': 'reporting_contract_info'}}}) }}

select
    opportunities.opportunity_id,
    opportunities.amount_usd,
    contracts.contract_id,
    contracts.arr_usd
from {{ ref('fct_opportunities') }} as opportunities
full outer join {{ ref('reporting_contract_info') }} as contracts
    on opportunities.contract_id = contracts.contract_id
where
    (opportunities.is_won or opportunities.opportunity_id is null)
    -- A month's commitment is rounded to cents.
    and (
        contracts.contract_id is null
        or opportunities.opportunity_id is null
        or abs(opportunities.amount_usd - contracts.arr_usd) > 0.2
    )
