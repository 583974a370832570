{{ config(meta={'dagster': {'ref': {'name': 'product_mix'}}}) }}

with sold as (

    select
        quarter_start_date,
        opportunity_type,
        sum(amount_usd) as amount_usd
    from {{ ref('product_mix') }}
    group by
        quarter_start_date,
        opportunity_type

),

won as (

    select
        quarters.quarter_start_date,
        opportunities.opportunity_type,
        sum(opportunities.amount_usd) as amount_usd
    from {{ ref('fct_opportunities') }} as opportunities
    inner join {{ ref('int_sales__quarters') }} as quarters
        on opportunities.closed_date = quarters.date_day
    where opportunities.is_won
    group by
        quarters.quarter_start_date,
        opportunities.opportunity_type

)

select
    won.quarter_start_date,
    won.opportunity_type,
    won.amount_usd as won_amount_usd,
    sold.amount_usd as sold_amount_usd
from won
left join sold
    on
        won.quarter_start_date = sold.quarter_start_date
        and won.opportunity_type = sold.opportunity_type
where coalesce(abs(won.amount_usd - sold.amount_usd), 1) > 0.5
