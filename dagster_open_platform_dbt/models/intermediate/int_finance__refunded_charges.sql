{#
    Stripe's refunds are a table that the company does not take, so that a refund in the balance does not say of which
    charge it is. A charge says how much of it was refunded. The two belong together where currency and amount agree, the
    charge came first, and there is no other pair for either.
#}
with refunds as (

    select
        balance_transaction_id,
        currency,
        -amount_cents as amount_cents,
        created_at
    from {{ ref('stg_stripe__balance_transactions') }}
    where reporting_category = 'refund'

),

charges as (

    select
        charge_id,
        currency,
        amount_refunded_cents,
        created_at
    from {{ ref('stg_stripe__charges') }}
    where amount_refunded_cents > 0

),

pairs as (

    select
        refunds.balance_transaction_id,
        charges.charge_id,
        count(*) over (partition by refunds.balance_transaction_id) as charge_count,
        count(*) over (partition by charges.charge_id) as refund_count
    from refunds
    inner join charges
        on
            refunds.currency = charges.currency
            and refunds.amount_cents = charges.amount_refunded_cents
            and refunds.created_at > charges.created_at

)

select
    balance_transaction_id,
    charge_id
from pairs
where
    charge_count = 1
    and refund_count = 1
