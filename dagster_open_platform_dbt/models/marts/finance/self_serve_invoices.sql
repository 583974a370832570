with invoices as (

    select
        invoice_id,
        invoice_number,
        organization_id,
        stripe_customer_id,
        subscription_id,
        country_code,
        invoice_date,
        due_date,
        paid_date,
        status,
        billing_reason,
        coupon_id,
        currency,
        total_cents,
        amount_due_cents,
        amount_paid_cents,
        refunded_cents,
        total_usd,
        attempt_count
    from {{ ref('fct_invoices') }}
    where is_self_serve

),

lines as (

    select
        invoice_id,
        line_type,
        plan_name,
        net_cents
    from {{ ref('fct_invoice_lines') }}

),

summed as (

    select
        invoice_id,
        max(case when line_type = 'commitment' then plan_name end) as plan_name,
        cast(sum(case when line_type = 'commitment' then net_cents else 0 end) as bigint) as commitment_cents,
        cast(sum(case when line_type = 'usage' then net_cents else 0 end) as bigint) as usage_cents,
        cast(sum(case when line_type in ('commitment', 'usage') then 0 else net_cents end) as bigint) as other_cents
    from lines
    group by invoice_id

)

select
    invoices.invoice_id,
    invoices.invoice_number,
    invoices.organization_id,
    invoices.stripe_customer_id,
    invoices.subscription_id,
    summed.plan_name,
    invoices.country_code,
    invoices.invoice_date,
    invoices.due_date,
    invoices.paid_date,
    invoices.status,
    invoices.billing_reason = 'subscription_create' as is_first_invoice,
    invoices.coupon_id,
    invoices.currency,
    coalesce(summed.commitment_cents, 0) as commitment_cents,
    coalesce(summed.usage_cents, 0) as usage_cents,
    coalesce(summed.other_cents, 0) as other_cents,
    invoices.total_cents,
    invoices.amount_due_cents,
    invoices.amount_paid_cents,
    invoices.refunded_cents,
    invoices.total_usd,
    invoices.attempt_count,
    invoices.attempt_count > 1 as was_declined
from invoices
left join summed
    on invoices.invoice_id = summed.invoice_id
