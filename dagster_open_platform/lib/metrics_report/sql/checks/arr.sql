-- What the month before closed with, and what contracts that began or ended since then are worth.
with weeks as ({weeks}),

closings as (

    select
        month_start,
        sum(closing_arr_usd) as closing_usd
    from {arr_by_month}
    group by month_start

),

moved as (

    select
        weeks.week_start,
        sum(
            case when contracts.valid_from between weeks.month_start and weeks.last_day then contracts.arr_usd_cents else 0 end
            - case when contracts.valid_to between weeks.month_start and weeks.last_day then contracts.arr_usd_cents else 0 end
        ) / cast(100 as double) as moved_usd
    from weeks
    cross join {dim_contracts} as contracts
    group by weeks.week_start

)

select
    weeks.week_start,
    closings.closing_usd + moved.moved_usd as value
from weeks
inner join closings
    on weeks.previous_month_start = closings.month_start
inner join moved
    on weeks.week_start = moved.week_start
