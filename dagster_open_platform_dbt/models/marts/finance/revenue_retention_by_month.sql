with arr as (

    select
        month_start,
        organization_id,
        closing_arr_usd
    from {{ ref('arr_by_month') }}
    where closing_arr_usd > 0

),

months as (

    select
        month_start,
        is_complete
    from {{ ref('int_finance__months') }}

),

-- Everybody who paid twelve months ago, and what they pay now.
pairs as (

    select
        months.month_start,
        months.is_complete,
        earlier.organization_id,
        earlier.closing_arr_usd as arr_before_usd,
        coalesce(now.closing_arr_usd, 0) as arr_now_usd
    from months
    inner join arr as earlier
        on earlier.month_start = cast({{ add_months('months.month_start', -12) }} as date)
    left join arr as now
        on
            months.month_start = now.month_start
            and earlier.organization_id = now.organization_id

),

summed as (

    select
        month_start,
        is_complete,
        count(*) as customer_count_before,
        count(case when arr_now_usd > 0 then 1 end) as retained_customer_count,
        sum(arr_before_usd) as arr_before_usd,
        sum(arr_now_usd) as arr_now_usd,
        sum(case when arr_now_usd < arr_before_usd then arr_now_usd else arr_before_usd end) as kept_arr_usd
    from pairs
    group by
        month_start,
        is_complete

)

select
    month_start,
    is_complete as is_complete_month,
    customer_count_before,
    retained_customer_count,
    arr_before_usd,
    arr_now_usd,
    kept_arr_usd,
    {{ safe_divide('arr_now_usd', 'arr_before_usd') }} as net_revenue_retention,
    {{ safe_divide('kept_arr_usd', 'arr_before_usd') }} as gross_revenue_retention,
    {{ safe_divide('retained_customer_count', 'customer_count_before') }} as customer_retention
from summed
