with costs as (

    select
        {{ month_start('usage_date') }} as month_start,
        cost_category,
        allocation_basis,
        sum(cost_usd) as cost_usd
    from {{ ref('fct_cloud_costs_daily') }}
    where is_cost_of_revenue
    group by
        {{ month_start('usage_date') }},
        cost_category,
        allocation_basis

),

usage as (

    select
        {{ month_start('usage_date') }} as month_start,
        organization_id,
        sum(compute_cost_usd) as compute_weight,
        sum(run_event_count) as event_weight
    from {{ ref('organization_usage_daily') }}
    group by
        {{ month_start('usage_date') }},
        organization_id

),

weights as (

    select
        month_start,
        organization_id,
        'serverless_compute' as allocation_basis,
        cast(compute_weight as double) as weight
    from usage
    where compute_weight > 0
    union all
    select
        month_start,
        organization_id,
        'run_events' as allocation_basis,
        cast(event_weight as double) as weight
    from usage
    where event_weight > 0

),

shares as (

    select
        month_start,
        organization_id,
        allocation_basis,
        weight / sum(weight) over (partition by month_start, allocation_basis) as usage_share
    from weights

)

-- Costs of a month in which nobody used what they are allocated by stay with no organization.
select
    costs.month_start,
    shares.organization_id,
    costs.cost_category,
    costs.allocation_basis,
    coalesce(shares.usage_share, 1) as usage_share,
    costs.cost_usd * coalesce(shares.usage_share, 1) as cost_usd
from costs
left join shares
    on
        costs.month_start = shares.month_start
        and costs.allocation_basis = shares.allocation_basis
