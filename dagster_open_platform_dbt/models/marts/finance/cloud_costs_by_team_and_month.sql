with costs as (

    select
        {{ month_start('usage_date') }} as month_start,
        team,
        cost_center,
        is_cost_of_revenue,
        cost_category,
        usage_date,
        cost_usd
    from {{ ref('fct_cloud_costs_daily') }}

),

summed as (

    select
        month_start,
        team,
        cost_category,
        cost_center,
        is_cost_of_revenue,
        count(distinct usage_date) as day_count,
        sum(cost_usd) as cost_usd
    from costs
    group by
        month_start,
        team,
        cost_category,
        cost_center,
        is_cost_of_revenue

)

select
    month_start,
    team,
    cost_category,
    cost_center,
    is_cost_of_revenue,
    day_count,
    cost_usd,
    {{ safe_divide('cost_usd', 'day_count') }} as cost_per_day_usd,
    lag(cost_usd) over (
        partition by team, cost_category
        order by month_start
    ) as cost_before_usd
from summed
