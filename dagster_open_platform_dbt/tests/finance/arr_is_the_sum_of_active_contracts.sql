{{ config(meta={'dagster': {'ref': {'name': 'arr_summary_by_month'}}}) }}

-- ARR at the end of each month is what the contracts that hold on its last day come to, and what all movements until
-- then leave.
with months as (

    select
        month_start,
        last_date,
        closing_arr_usd
    from {{ ref('arr_summary_by_month') }}

),

contracts as (

    select
        valid_from,
        valid_to,
        arr_usd
    from {{ ref('dim_contracts') }}

),

movements as (

    select
        movement_date,
        change_arr_usd
    from {{ ref('arr_movements') }}

),

active as (

    select
        months.month_start,
        sum(contracts.arr_usd) as arr_usd
    from months
    inner join contracts
        on
            months.last_date >= contracts.valid_from
            and (contracts.valid_to is null or months.last_date < contracts.valid_to)
    group by months.month_start

),

moved as (

    select
        months.month_start,
        sum(movements.change_arr_usd) as arr_usd
    from months
    inner join movements
        on months.last_date >= movements.movement_date
    group by months.month_start

)

select
    months.month_start,
    months.closing_arr_usd,
    active.arr_usd as active_arr_usd,
    moved.arr_usd as moved_arr_usd
from months
left join active
    on months.month_start = active.month_start
left join moved
    on months.month_start = moved.month_start
where
    abs(months.closing_arr_usd - coalesce(active.arr_usd, 0)) >= 0.01
    or abs(months.closing_arr_usd - coalesce(moved.arr_usd, 0)) >= 0.01
