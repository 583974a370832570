{{ config(meta={'dagster': {'ref': {'name': 'aws_cost_per_organization'}}}) }}

-- What organizations cost together is what serving customers costs, in each month, for AWS and for Claude.
with allocated as (

    select
        'aws' as vendor,
        month_start,
        sum(cost_usd) as cost_usd
    from {{ ref('aws_cost_per_organization') }}
    group by month_start
    union all
    select
        'claude' as vendor,
        month_start,
        sum(cost_usd) as cost_usd
    from {{ ref('ai_cost_per_organization') }}
    group by month_start

),

costs as (

    select
        'aws' as vendor,
        {{ month_start('usage_date') }} as month_start,
        sum(cost_usd) as cost_usd
    from {{ ref('fct_cloud_costs_daily') }}
    where is_cost_of_revenue
    group by {{ month_start('usage_date') }}
    union all
    select
        'claude' as vendor,
        {{ month_start('usage_date') }} as month_start,
        sum(cost_usd) as cost_usd
    from {{ ref('fct_ai_costs_daily') }}
    where is_cost_of_revenue
    group by {{ month_start('usage_date') }}

)

select
    costs.vendor,
    costs.month_start,
    costs.cost_usd,
    allocated.cost_usd as allocated_cost_usd
from costs
left join allocated
    on
        costs.vendor = allocated.vendor
        and costs.month_start = allocated.month_start
where abs(costs.cost_usd - coalesce(allocated.cost_usd, 0)) >= 0.01
