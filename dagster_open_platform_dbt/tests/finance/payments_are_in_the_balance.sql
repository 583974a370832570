{{ config(meta={'dagster': {'ref': {'name': 'fct_payments'}}}) }}

-- What customers paid and got back is what charges, refunds and disputes moved in the balance, by charge and cent.
with payments as (

    select
        coalesce(charge_id, payment_id) as thing,
        currency,
        sum(received_cents) as cents
    from {{ ref('fct_payments') }}
    group by
        coalesce(charge_id, payment_id),
        currency

),

balance as (

    select
        coalesce(charge_id, balance_transaction_id) as thing,
        currency,
        sum(amount_cents) as cents
    from {{ ref('fct_balance_transactions') }}
    where reporting_category in ('charge', 'refund', 'dispute', 'dispute_reversal')
    group by
        coalesce(charge_id, balance_transaction_id),
        currency

)

select
    coalesce(payments.thing, balance.thing) as thing,
    payments.cents as payment_cents,
    balance.cents as balance_cents
from payments
full outer join balance
    on
        payments.thing = balance.thing
        and payments.currency = balance.currency
where coalesce(payments.cents, 0) <> coalesce(balance.cents, 0)
