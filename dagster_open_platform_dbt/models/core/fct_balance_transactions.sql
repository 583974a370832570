with transactions as (

    select
        balance_transaction_id,
        source_id,
        payout_id,
        transaction_type,
        reporting_category,
        status,
        currency,
        amount_cents,
        fee_cents,
        net_cents,
        available_at,
        created_at,
        created_date
    from {{ ref('stg_stripe__balance_transactions') }}

),

charges as (

    select
        charge_id,
        invoice_id,
        stripe_customer_id,
        dispute_id
    from {{ ref('stg_stripe__charges') }}

),

refunded as (

    select
        balance_transaction_id,
        charge_id
    from {{ ref('int_finance__refunded_charges') }}

),

matches as (

    select
        stripe_customer_id,
        organization_id
    from {{ ref('int_finance__stripe_organizations') }}

),

rates as (

    select
        currency,
        usd_per_unit
    from {{ ref('int_finance__exchange_rates') }}

),

-- A dispute names itself as the source, and its charge names the dispute.
disputed as (

    select
        dispute_id,
        min(charge_id) as charge_id
    from charges
    where dispute_id is not null
    group by dispute_id

),

sources as (

    select
        transactions.balance_transaction_id,
        coalesce(refunded.charge_id, disputed.charge_id, transactions.source_id) as charge_id
    from transactions
    left join refunded
        on transactions.balance_transaction_id = refunded.balance_transaction_id
    left join disputed
        on transactions.source_id = disputed.dispute_id

)

select
    transactions.balance_transaction_id,
    transactions.created_date as transaction_date,
    transactions.transaction_type,
    transactions.reporting_category,
    transactions.status,
    charges.charge_id,
    charges.invoice_id,
    charges.stripe_customer_id,
    matches.organization_id,
    transactions.source_id,
    transactions.payout_id,
    transactions.reporting_category = 'payout' as is_payout,
    transactions.currency,
    transactions.amount_cents,
    transactions.fee_cents,
    transactions.net_cents,
    {{ usd('transactions.amount_cents', 'rates.usd_per_unit') }} as amount_usd,
    {{ usd('transactions.fee_cents', 'rates.usd_per_unit') }} as fee_usd,
    {{ usd('transactions.net_cents', 'rates.usd_per_unit') }} as net_usd,
    transactions.available_at,
    transactions.created_at
from transactions
inner join sources
    on transactions.balance_transaction_id = sources.balance_transaction_id
left join charges
    on sources.charge_id = charges.charge_id
left join matches
    on charges.stripe_customer_id = matches.stripe_customer_id
left join rates
    on transactions.currency = rates.currency
