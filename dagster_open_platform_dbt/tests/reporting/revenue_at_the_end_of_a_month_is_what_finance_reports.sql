{{ config(meta={'dagster': {'ref': {'name': 'organizations_by_day'}}}) }}


-- Finance counts each month from the contracts by itself; the last day of a complete month has the same revenue.
with by_day as (

    select
        {{ month_start('report_date') }} as month_start,
        sum(arr_usd) as arr_usd
    from {{ ref('organizations_by_day') }}
    where {{ month_start('report_date') }} <> {{ month_start(add_days('report_date', 1)) }}
    group by {{ month_start('report_date') }}

),

by_month as (

    select
        month_start,
        sum(closing_arr_usd) as arr_usd
    from {{ ref('arr_by_month') }}
    where is_complete_month
    group by month_start

)

select
    by_day.month_start,
    by_day.arr_usd as daily_arr_usd,
    by_month.arr_usd as monthly_arr_usd
from by_day
inner join by_month
    on by_day.month_start = by_month.month_start
where abs(by_day.arr_usd - by_month.arr_usd) > 0.005
