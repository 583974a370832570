with opportunities as (

    select
        opportunities.opportunity_id,
        opportunities.opportunity_type,
        opportunities.stage_name,
        opportunities.outcome,
        opportunities.forecast_category,
        opportunities.probability_percent,
        opportunities.amount_usd,
        quarters.quarter_start_date
    from {{ ref('fct_opportunities') }} as opportunities
    inner join {{ ref('int_sales__quarters') }} as quarters
        on opportunities.close_date = quarters.date_day

),

-- What became of those that were once in a stage, by the amounts that they have now.
reached as (

    select distinct
        versions.opportunity_id,
        versions.opportunity_type,
        versions.stage_name
    from {{ ref('fct_opportunity_stages') }} as versions
    where not versions.is_closed

),

stage_win_rates as (

    select
        reached.opportunity_type,
        reached.stage_name,
        {{ safe_divide(
            "sum(case when opportunities.outcome = 'won' then opportunities.amount_usd else 0 end)",
            'sum(opportunities.amount_usd)'
        ) }} as amount_win_rate
    from reached
    inner join opportunities
        on reached.opportunity_id = opportunities.opportunity_id
    where opportunities.outcome <> 'open'
    group by
        reached.opportunity_type,
        reached.stage_name

),

quotas as (

    select
        quarter_start_date,
        sum(quota_usd) as quota_usd
    from {{ ref('stg_salesforce__forecasting_quota') }}
    group by quarter_start_date

),

as_of as (

    select quarters.quarter_start_date
    from {{ ref('int_sales__as_of') }} as as_of
    inner join {{ ref('int_sales__quarters') }} as quarters
        on as_of.as_of_date = quarters.date_day

),

summed as (

    select
        opportunities.quarter_start_date,
        count(case when opportunities.outcome = 'open' then 1 end) as open_count,
        coalesce(sum(case when opportunities.outcome = 'won' then opportunities.amount_usd end), 0) as won_amount_usd,
        coalesce(
            sum(
                case
                    when opportunities.outcome = 'open' and opportunities.forecast_category = 'Commit'
                        then opportunities.amount_usd
                end
            ), 0
        ) as commit_amount_usd,
        coalesce(
            sum(
                case
                    when opportunities.outcome = 'open' and opportunities.forecast_category = 'Best Case'
                        then opportunities.amount_usd
                end
            ), 0
        ) as best_case_amount_usd,
        coalesce(
            sum(
                case
                    when opportunities.outcome = 'open' and opportunities.forecast_category = 'Pipeline'
                        then opportunities.amount_usd
                end
            ), 0
        ) as pipeline_amount_usd,
        coalesce(
            sum(
                case
                    when opportunities.outcome = 'open'
                        then opportunities.amount_usd * opportunities.probability_percent / 100
                end
            ), 0
        ) as weighted_amount_usd,
        coalesce(
            sum(
                case
                    when opportunities.outcome = 'open'
                        then opportunities.amount_usd * coalesce(rates.amount_win_rate, 0)
                end
            ), 0
        ) as expected_amount_usd
    from opportunities
    left join stage_win_rates as rates
        on
            opportunities.opportunity_type = rates.opportunity_type
            and opportunities.stage_name = rates.stage_name
    group by opportunities.quarter_start_date

)

select
    summed.quarter_start_date,
    summed.quarter_start_date = as_of.quarter_start_date as is_current,
    summed.open_count,
    summed.won_amount_usd,
    summed.commit_amount_usd,
    summed.best_case_amount_usd,
    summed.pipeline_amount_usd,
    summed.weighted_amount_usd,
    summed.expected_amount_usd,
    summed.won_amount_usd + summed.expected_amount_usd as forecast_amount_usd,
    quotas.quota_usd,
    {{ safe_divide('summed.won_amount_usd + summed.expected_amount_usd', 'quotas.quota_usd') }} as forecast_attainment
from summed
inner join as_of
    on summed.quarter_start_date >= as_of.quarter_start_date
left join quotas
    on summed.quarter_start_date = quotas.quarter_start_date
