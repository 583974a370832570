with weeks as ({weeks}),

happened as (

    select
        organization_id,
        created_date as happened_date
    from {stg_cloud_product__runs}
    union all
    select
        organization_id,
        event_date as happened_date
    from {stg_cloud_product__user_events_counts}
    where event_count > 0

)

select
    weeks.week_start,
    count(distinct happened.organization_id) as value
from weeks
inner join happened
    on happened.happened_date between weeks.week_start and weeks.last_day
group by weeks.week_start
