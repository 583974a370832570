with source as (

    select * from {{ source('stripe', 'invoices') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by batch_timestamp desc
    ) = 1

)

select
    id as invoice_id,
    number as invoice_number,
    customer_id as stripe_customer_id,
    subscription_id,
    charge_id as last_charge_id,
    status,
    billing_reason,
    collection_method,
    coalesce(paid_out_of_band, false) as is_paid_out_of_band,
    discount_coupon_id as coupon_id,
    upper(currency) as currency,
    subtotal as subtotal_cents,
    coalesce(tax, 0) as tax_cents,
    total as total_cents,
    starting_balance as starting_balance_cents,
    ending_balance as ending_balance_cents,
    amount_due as amount_due_cents,
    amount_paid as amount_paid_cents,
    amount_remaining as amount_remaining_cents,
    attempt_count,
    period_start as period_started_at,
    period_end as period_ended_at,
    date as created_at,
    cast(date as date) as created_date,
    status_transitions_finalized_at as finalized_at,
    due_date as due_at,
    status_transitions_paid_at as paid_at,
    status_transitions_voided_at as voided_at,
    status_transitions_marked_uncollectible_at as written_off_at,
    batch_timestamp as delivered_at
from latest
