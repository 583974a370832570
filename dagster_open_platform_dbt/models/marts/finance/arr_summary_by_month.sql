with by_organization as (

    select
        month_start,
        movement,
        opening_arr_usd,
        new_arr_usd,
        expansion_arr_usd,
        contraction_arr_usd,
        churn_arr_usd,
        closing_arr_usd
    from {{ ref('arr_by_month') }}

),

months as (

    select
        month_start,
        fiscal_quarter,
        last_date,
        is_complete
    from {{ ref('int_finance__months') }}

),

summed as (

    select
        month_start,
        sum(opening_arr_usd) as opening_arr_usd,
        sum(new_arr_usd) as new_arr_usd,
        sum(expansion_arr_usd) as expansion_arr_usd,
        sum(contraction_arr_usd) as contraction_arr_usd,
        sum(churn_arr_usd) as churn_arr_usd,
        sum(closing_arr_usd) as closing_arr_usd,
        count(case when opening_arr_usd > 0 then 1 end) as opening_customer_count,
        count(case when movement in ('new', 'return') then 1 end) as new_customer_count,
        count(case when movement = 'churn' then 1 end) as churned_customer_count,
        count(case when closing_arr_usd > 0 then 1 end) as closing_customer_count
    from by_organization
    group by month_start

)

select
    summed.month_start,
    months.fiscal_quarter,
    months.last_date,
    months.is_complete as is_complete_month,
    summed.opening_arr_usd,
    summed.new_arr_usd,
    summed.expansion_arr_usd,
    summed.contraction_arr_usd,
    summed.churn_arr_usd,
    summed.closing_arr_usd,
    summed.opening_customer_count,
    summed.new_customer_count,
    summed.churned_customer_count,
    summed.closing_customer_count,
    {{ safe_divide('summed.closing_arr_usd', 'summed.closing_customer_count') }} as average_arr_usd,
    {{ safe_divide('summed.churned_customer_count', 'summed.opening_customer_count') }} as customer_churn_rate,
    -- What was won for each dollar that was lost.
    {{ safe_divide(
        'summed.new_arr_usd + summed.expansion_arr_usd', '-(summed.contraction_arr_usd + summed.churn_arr_usd)'
    ) }} as quick_ratio
from summed
inner join months
    on summed.month_start = months.month_start
