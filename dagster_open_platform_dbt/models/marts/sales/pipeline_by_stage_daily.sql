with snapshots as (

    select
        snapshot_date,
        opportunity_type,
        stage_name,
        stage_order,
        amount_usd,
        weighted_amount_usd,
        is_overdue,
        age_days
    from {{ ref('opportunity_snapshots') }}
    where not is_closed

)

select
    snapshot_date,
    opportunity_type,
    stage_name,
    stage_order,
    count(*) as opportunity_count,
    count(amount_usd) as priced_opportunity_count,
    count(case when is_overdue then 1 end) as overdue_opportunity_count,
    coalesce(sum(amount_usd), 0) as amount_usd,
    coalesce(sum(weighted_amount_usd), 0) as weighted_amount_usd,
    {{ median('age_days') }} as median_age_days
from snapshots
group by
    snapshot_date,
    opportunity_type,
    stage_name,
    stage_order
