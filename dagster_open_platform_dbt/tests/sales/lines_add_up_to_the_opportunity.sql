{{ config(meta={'dagster': {'ref': {'name': 'fct_opportunities'}}}) }}

with lines as (

    select
        opportunity_id,
        sum(total_price) as total_price
    from {{ ref('stg_salesforce__opportunity_line_item') }}
    group by opportunity_id

)

select
    opportunities.opportunity_id,
    opportunities.amount,
    lines.total_price
from {{ ref('fct_opportunities') }} as opportunities
full outer join lines
    on opportunities.opportunity_id = lines.opportunity_id
where
    opportunities.opportunity_id is not null
    and (
        (opportunities.amount is null) <> (lines.total_price is null)
        or abs(opportunities.amount - lines.total_price) > 0.02
    )
