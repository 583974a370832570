with last_day as (

    select last_date
    from {{ ref('int_product__last_day') }}

),

months as (

    select distinct
        {{ month_start('time_spine.date_day') }} as usage_month,
        last_day.last_date
    from {{ ref('time_spine') }} as time_spine
    inner join last_day
        on time_spine.date_day <= last_day.last_date
    where time_spine.date_day >= cast('{{ var("first_date") }}' as date)

),

bounds as (

    select
        usage_month,
        last_date,
        cast({{ add_days(add_months('usage_month', 1), -1) }} as date) as month_end_date
    from months

),

-- A month that is not over is looked at as of the last day with data.
periods as (

    select
        usage_month,
        month_end_date <= last_date as is_complete,
        case when month_end_date <= last_date then month_end_date else last_date end as as_of_date,
        case
            when month_end_date <= last_date then 0
            else {{ days_between('last_date', 'month_end_date') }}
        end as remaining_day_count
    from bounds

),

usage_days as (

    select
        usage_date,
        organization_id,
        credit_count
    from {{ ref('usage_metrics_daily') }}

),

used as (

    select
        periods.usage_month,
        usage_days.organization_id,
        sum(usage_days.credit_count) as used_credits
    from usage_days
    inner join periods
        on {{ month_start('usage_days.usage_date') }} = periods.usage_month
    group by
        periods.usage_month,
        usage_days.organization_id

),

recent as (

    select
        periods.usage_month,
        usage_days.organization_id,
        sum(usage_days.credit_count) as recent_credits
    from usage_days
    inner join periods
        on
            usage_days.usage_date <= periods.as_of_date
            and usage_days.usage_date > {{ add_days('periods.as_of_date', -28) }}
    where not periods.is_complete
    group by
        periods.usage_month,
        usage_days.organization_id

),

-- Stripe's price of one credit beyond the commitment; what a commitment buys is told by it, too.
prices as (

    select
        currency,
        amount_cents as credit_price_cents,
        row_number() over (partition by currency order by created_at desc, plan_id desc) as place
    from {{ ref('stg_stripe__plans') }}
    where
        plan_name = 'CREDITS'
        and usage_type = 'metered'

),

contracts as (

    select
        periods.usage_month,
        contracts.organization_id,
        contracts.contract_id,
        contracts.plan_name,
        contracts.currency,
        prices.credit_price_cents,
        cast(floor({{ safe_divide('contracts.monthly_commitment_cents', 'prices.credit_price_cents') }}) as bigint)
            as allowance_credits,
        row_number() over (
            partition by periods.usage_month, contracts.organization_id
            order by contracts.valid_from desc, contracts.contract_id desc
        ) as place
    from {{ ref('dim_contracts') }} as contracts
    inner join periods
        on
            contracts.valid_from <= periods.as_of_date
            and (contracts.valid_to is null or contracts.valid_to > periods.as_of_date)
    left join prices
        on
            contracts.currency = prices.currency
            and prices.place = 1

),

counted as (

    select
        coalesce(used.usage_month, contracts.usage_month) as usage_month,
        coalesce(used.organization_id, contracts.organization_id) as organization_id,
        contracts.contract_id,
        contracts.plan_name,
        contracts.currency,
        contracts.credit_price_cents,
        contracts.allowance_credits,
        cast(coalesce(used.used_credits, 0) as bigint) as used_credits
    from used
    full outer join contracts
        on
            used.usage_month = contracts.usage_month
            and used.organization_id = contracts.organization_id
            and contracts.place = 1
    where
        contracts.place is null
        or contracts.place = 1

),

-- What is left of a month goes on as the last 28 days went.
forecast as (

    select
        counted.usage_month,
        counted.organization_id,
        counted.contract_id,
        counted.plan_name,
        counted.currency,
        counted.credit_price_cents,
        counted.allowance_credits,
        counted.used_credits,
        periods.as_of_date,
        periods.is_complete,
        counted.used_credits
        + cast(
            floor(coalesce(recent.recent_credits, 0) * periods.remaining_day_count / cast(28 as double) + 0.5)
            as bigint
        ) as forecast_credits
    from counted
    inner join periods
        on counted.usage_month = periods.usage_month
    left join recent
        on
            counted.usage_month = recent.usage_month
            and counted.organization_id = recent.organization_id

)

select
    usage_month,
    organization_id,
    contract_id,
    plan_name,
    currency,
    credit_price_cents,
    as_of_date,
    is_complete,
    allowance_credits,
    used_credits,
    forecast_credits,
    {{ safe_divide('used_credits', 'allowance_credits') }} as utilization,
    {{ safe_divide('forecast_credits', 'allowance_credits') }} as forecast_utilization,
    case when used_credits > allowance_credits then used_credits - allowance_credits else 0 end as overage_credits,
    case when forecast_credits > allowance_credits then forecast_credits - allowance_credits else 0 end
        as forecast_overage_credits,
    credit_price_cents
    * case when forecast_credits > allowance_credits then forecast_credits - allowance_credits else 0 end
        as forecast_overage_cents
from forecast
