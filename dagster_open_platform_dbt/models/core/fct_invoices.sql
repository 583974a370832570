with invoices as (

    select
        invoice_id,
        invoice_number,
        stripe_customer_id,
        subscription_id,
        status,
        billing_reason,
        collection_method,
        is_paid_out_of_band,
        coupon_id,
        currency,
        subtotal_cents,
        tax_cents,
        total_cents,
        starting_balance_cents,
        ending_balance_cents,
        amount_due_cents,
        amount_paid_cents,
        amount_remaining_cents,
        attempt_count,
        created_at,
        created_date,
        finalized_at,
        due_at,
        paid_at,
        voided_at,
        written_off_at
    from {{ ref('stg_stripe__invoices') }}

),

customers as (

    select
        stripe_customer_id,
        organization_id,
        country_code
    from {{ ref('dim_stripe_customers') }}

),

rates as (

    select
        currency,
        usd_per_unit
    from {{ ref('int_finance__exchange_rates') }}

),

lines as (

    select
        invoice_id,
        count(*) as line_count
    from {{ ref('stg_stripe__invoice_line_items') }}
    group by invoice_id

),

charges as (

    select
        invoice_id,
        cast(sum(amount_cents) as bigint) as charged_cents,
        cast(sum(amount_refunded_cents) as bigint) as refunded_cents
    from {{ ref('stg_stripe__charges') }}
    where
        status = 'succeeded'
        and invoice_id is not null
    group by invoice_id

),

as_of as (

    select as_of_date
    from {{ ref('int_finance__as_of') }}

),

-- An invoice that is charged automatically is due when it is final.
dated as (

    select
        invoice_id,
        cast(coalesce(due_at, finalized_at) as date) as due_date
    from invoices

)

select
    invoices.invoice_id,
    invoices.invoice_number,
    customers.organization_id,
    invoices.stripe_customer_id,
    invoices.subscription_id,
    customers.country_code,
    invoices.created_date as invoice_date,
    dated.due_date,
    cast(invoices.paid_at as date) as paid_date,
    invoices.status,
    invoices.billing_reason,
    invoices.collection_method,
    invoices.collection_method = 'charge_automatically' as is_self_serve,
    invoices.is_paid_out_of_band,
    invoices.coupon_id,
    invoices.currency,
    invoices.subtotal_cents,
    invoices.subtotal_cents + invoices.tax_cents - invoices.total_cents as discount_cents,
    invoices.tax_cents,
    invoices.total_cents,
    invoices.amount_due_cents - invoices.total_cents as credit_applied_cents,
    invoices.amount_due_cents,
    invoices.amount_paid_cents,
    invoices.amount_remaining_cents,
    coalesce(charges.charged_cents, 0) as charged_cents,
    coalesce(charges.refunded_cents, 0) as refunded_cents,
    {{ usd('invoices.total_cents', 'rates.usd_per_unit') }} as total_usd,
    {{ usd('invoices.amount_due_cents', 'rates.usd_per_unit') }} as amount_due_usd,
    {{ usd('invoices.amount_paid_cents', 'rates.usd_per_unit') }} as amount_paid_usd,
    {{ usd('invoices.amount_remaining_cents', 'rates.usd_per_unit') }} as amount_remaining_usd,
    coalesce(lines.line_count, 0) as line_count,
    invoices.attempt_count,
    invoices.status = 'open' and coalesce(dated.due_date < as_of.as_of_date, false) as is_overdue,
    {{ days_between('dated.due_date', 'cast(invoices.paid_at as date)') }} as days_paid_after_due,
    invoices.created_at,
    invoices.finalized_at,
    invoices.paid_at,
    invoices.voided_at,
    invoices.written_off_at
from invoices
inner join dated
    on invoices.invoice_id = dated.invoice_id
cross join as_of
left join customers
    on invoices.stripe_customer_id = customers.stripe_customer_id
left join rates
    on invoices.currency = rates.currency
left join lines
    on invoices.invoice_id = lines.invoice_id
left join charges
    on invoices.invoice_id = charges.invoice_id
