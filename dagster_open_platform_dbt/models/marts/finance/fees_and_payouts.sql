with transactions as (

    select
        {{ month_start('transaction_date') }} as month_start,
        currency,
        reporting_category,
        is_payout,
        amount_cents,
        fee_cents,
        net_cents
    from {{ ref('fct_balance_transactions') }}

),

rates as (

    select
        currency,
        usd_per_unit
    from {{ ref('int_finance__exchange_rates') }}

),

monthly as (

    select
        month_start,
        currency,
        count(case when reporting_category = 'charge' then 1 end) as charge_count,
        cast(sum(case when reporting_category = 'charge' then amount_cents else 0 end) as bigint) as charged_cents,
        cast(sum(case when reporting_category = 'refund' then amount_cents else 0 end) as bigint) as refunded_cents,
        cast(sum(
            case when reporting_category in ('dispute', 'dispute_reversal') then amount_cents else 0 end
        ) as bigint) as disputed_cents,
        -- A fee of its own is an amount; the others are kept of what moves.
        cast(sum(
            case when reporting_category = 'fee' then fee_cents - amount_cents else fee_cents end
        ) as bigint) as fee_cents,
        cast(sum(case when is_payout then -net_cents else 0 end) as bigint) as payout_cents,
        cast(sum(net_cents) as bigint) as change_cents
    from transactions
    group by
        month_start,
        currency

),

running as (

    select
        month_start,
        currency,
        charge_count,
        charged_cents,
        refunded_cents,
        disputed_cents,
        fee_cents,
        payout_cents,
        change_cents,
        cast(sum(change_cents) over (
            partition by currency
            order by month_start
            rows between unbounded preceding and current row
        ) as bigint) as closing_balance_cents
    from monthly

)

select
    running.month_start,
    running.currency,
    running.charge_count,
    running.closing_balance_cents - running.change_cents as opening_balance_cents,
    running.charged_cents,
    running.refunded_cents,
    running.disputed_cents,
    running.fee_cents,
    running.payout_cents,
    running.closing_balance_cents,
    {{ safe_divide('running.fee_cents', 'running.charged_cents') }} as fee_rate,
    {{ usd('running.fee_cents', 'rates.usd_per_unit') }} as fee_usd,
    {{ usd('running.payout_cents', 'rates.usd_per_unit') }} as payout_usd
from running
left join rates
    on running.currency = rates.currency
