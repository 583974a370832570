with charges as (

    select
        charge_id,
        invoice_id,
        stripe_customer_id,
        status,
        payment_method_type,
        card_brand,
        card_country_code,
        failure_code,
        currency,
        amount_cents,
        created_at,
        created_date
    from {{ ref('stg_stripe__charges') }}

),

moved as (

    select
        balance_transaction_id,
        charge_id,
        reporting_category,
        currency,
        amount_cents,
        fee_cents,
        transaction_date,
        created_at
    from {{ ref('fct_balance_transactions') }}
    where reporting_category in ('charge', 'refund', 'dispute', 'dispute_reversal')

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

charge_fees as (

    select
        charge_id,
        cast(sum(fee_cents) as bigint) as fee_cents
    from moved
    where reporting_category = 'charge'
    group by charge_id

),

attempts as (

    select
        charges.charge_id as payment_id,
        'charge' as payment_type,
        charges.charge_id,
        charges.status,
        charges.currency,
        charges.amount_cents,
        case when charges.status = 'succeeded' then charges.amount_cents else 0 end as received_cents,
        coalesce(charge_fees.fee_cents, 0) as fee_cents,
        charges.created_date as payment_date,
        charges.created_at
    from charges
    left join charge_fees
        on charges.charge_id = charge_fees.charge_id

),

returns as (

    select
        balance_transaction_id as payment_id,
        reporting_category as payment_type,
        charge_id,
        'succeeded' as status,
        currency,
        amount_cents,
        amount_cents as received_cents,
        fee_cents,
        transaction_date as payment_date,
        created_at
    from moved
    where reporting_category <> 'charge'

),

payments as (

    select
        payment_id,
        payment_type,
        charge_id,
        status,
        currency,
        amount_cents,
        received_cents,
        fee_cents,
        payment_date,
        created_at
    from attempts
    union all
    select
        payment_id,
        payment_type,
        charge_id,
        status,
        currency,
        amount_cents,
        received_cents,
        fee_cents,
        payment_date,
        created_at
    from returns

)

select
    payments.payment_id,
    payments.payment_type,
    payments.payment_date,
    payments.charge_id,
    charges.invoice_id,
    charges.stripe_customer_id,
    matches.organization_id,
    payments.status,
    charges.payment_method_type,
    charges.card_brand,
    charges.card_country_code,
    charges.failure_code,
    payments.currency,
    payments.amount_cents,
    payments.received_cents,
    payments.fee_cents,
    {{ usd('payments.received_cents', 'rates.usd_per_unit') }} as received_usd,
    {{ usd('payments.fee_cents', 'rates.usd_per_unit') }} as fee_usd,
    payments.created_at
from payments
left join charges
    on payments.charge_id = charges.charge_id
left join matches
    on charges.stripe_customer_id = matches.stripe_customer_id
left join rates
    on payments.currency = rates.currency
