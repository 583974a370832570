with arr as (

    select
        month_start,
        organization_id,
        first_arr_month,
        closing_arr_usd
    from {{ ref('arr_by_month') }}

),

months as (

    select
        month_start,
        month_number
    from {{ ref('int_finance__months') }}

),

cohorts as (

    select
        first_arr_month,
        count(*) as initial_customer_count,
        sum(closing_arr_usd) as initial_arr_usd
    from arr
    where month_start = first_arr_month
    group by first_arr_month

),

monthly as (

    select
        first_arr_month,
        month_start,
        count(case when closing_arr_usd > 0 then 1 end) as customer_count,
        sum(closing_arr_usd) as arr_usd
    from arr
    group by
        first_arr_month,
        month_start

),

-- A cohort that is gone still has a row, with nothing in it.
spine as (

    select
        cohorts.first_arr_month,
        months.month_start,
        months.month_number - firsts.month_number as months_since,
        cohorts.initial_customer_count,
        cohorts.initial_arr_usd
    from cohorts
    inner join months as firsts
        on cohorts.first_arr_month = firsts.month_start
    inner join months
        on cohorts.first_arr_month <= months.month_start

)

select
    spine.first_arr_month as cohort_month,
    spine.months_since,
    spine.month_start,
    spine.initial_customer_count,
    spine.initial_arr_usd,
    coalesce(monthly.customer_count, 0) as customer_count,
    coalesce(monthly.arr_usd, 0) as arr_usd,
    {{ safe_divide('coalesce(monthly.customer_count, 0)', 'spine.initial_customer_count') }} as customer_share,
    {{ safe_divide('coalesce(monthly.arr_usd, 0)', 'spine.initial_arr_usd') }} as arr_share
from spine
left join monthly
    on
        spine.first_arr_month = monthly.first_arr_month
        and spine.month_start = monthly.month_start
