with costs as (

    select
        {{ month_start('usage_date') }} as month_start,
        purpose,
        sum(cost_usd) as cost_usd
    from {{ ref('fct_ai_costs_daily') }}
    where is_cost_of_revenue
    group by
        {{ month_start('usage_date') }},
        purpose

),

usage as (

    select
        {{ month_start('usage_date') }} as month_start,
        organization_id,
        cast(sum(user_event_count) as double) as weight
    from {{ ref('organization_usage_daily') }}
    where user_event_count > 0
    group by
        {{ month_start('usage_date') }},
        organization_id

),

shares as (

    select
        month_start,
        organization_id,
        weight / sum(weight) over (partition by month_start) as usage_share
    from usage

)

-- Costs of a month in which nobody did anything stay with no organization.
select
    costs.month_start,
    shares.organization_id,
    costs.purpose,
    coalesce(shares.usage_share, 1) as usage_share,
    costs.cost_usd * coalesce(shares.usage_share, 1) as cost_usd
from costs
left join shares
    on costs.month_start = shares.month_start
