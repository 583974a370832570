{{ config(meta={'dagster': {'ref': {'name': 'fct_invoices'}}}) }}

-- What was paid of an invoice was charged, unless it was paid past Stripe; and nothing was charged that was not due.
select
    invoice_id,
    status,
    amount_due_cents,
    amount_paid_cents,
    charged_cents
from {{ ref('fct_invoices') }}
where charged_cents <> case when is_paid_out_of_band then 0 else amount_paid_cents end
