{{ config(meta={'dagster': {'ref': {'name': 'fct_invoice_lines'}}}) }}

-- The lines of an invoice are its subtotal, and their parts of the discount are its discount: to the cent.
with lines as (

    select
        invoice_id,
        sum(amount_cents) as amount_cents,
        sum(discount_cents) as discount_cents
    from {{ ref('fct_invoice_lines') }}
    group by invoice_id

),

invoices as (

    select
        invoice_id,
        subtotal_cents,
        discount_cents
    from {{ ref('fct_invoices') }}

)

select
    invoices.invoice_id,
    invoices.subtotal_cents,
    lines.amount_cents,
    invoices.discount_cents,
    lines.discount_cents as spread_cents
from invoices
left join lines
    on invoices.invoice_id = lines.invoice_id
where
    invoices.subtotal_cents <> coalesce(lines.amount_cents, 0)
    or invoices.discount_cents <> coalesce(lines.discount_cents, 0)
