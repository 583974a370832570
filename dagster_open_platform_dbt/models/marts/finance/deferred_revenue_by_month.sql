with lines as (

    select
        invoice_line_id,
        currency,
        invoice_date,
        net_cents
    from {{ ref('fct_invoice_lines') }}
    where invoice_status not in ('draft', 'void')

),

schedule as (

    select
        month_start,
        currency,
        earned_cents
    from {{ ref('int_finance__revenue_schedule') }}

),

months as (

    select
        month_start,
        next_month_start,
        is_complete
    from {{ ref('int_finance__months') }}

),

rates as (

    select
        currency,
        usd_per_unit
    from {{ ref('int_finance__exchange_rates') }}

),

billed as (

    select
        {{ month_start('invoice_date') }} as month_start,
        currency,
        sum(net_cents) as billed_cents
    from lines
    group by
        {{ month_start('invoice_date') }},
        currency

),

earned as (

    select
        month_start,
        currency,
        sum(earned_cents) as earned_cents
    from schedule
    group by
        month_start,
        currency

),

spine as (

    select
        months.month_start,
        months.is_complete,
        rates.currency,
        rates.usd_per_unit
    from months
    cross join rates

),

monthly as (

    select
        spine.month_start,
        spine.is_complete,
        spine.currency,
        spine.usd_per_unit,
        cast(coalesce(billed.billed_cents, 0) as bigint) as billed_cents,
        cast(coalesce(earned.earned_cents, 0) as bigint) as earned_cents
    from spine
    left join billed
        on
            spine.month_start = billed.month_start
            and spine.currency = billed.currency
    left join earned
        on
            spine.month_start = earned.month_start
            and spine.currency = earned.currency

),

running as (

    select
        month_start,
        is_complete,
        currency,
        usd_per_unit,
        billed_cents,
        earned_cents,
        cast(sum(billed_cents - earned_cents) over (
            partition by currency
            order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as deferred_cents
    from monthly

)

select
    month_start,
    currency,
    is_complete as is_complete_month,
    deferred_cents - billed_cents + earned_cents as opening_deferred_cents,
    billed_cents,
    earned_cents,
    deferred_cents as closing_deferred_cents,
    {{ usd('deferred_cents', 'usd_per_unit') }} as closing_deferred_usd
from running
