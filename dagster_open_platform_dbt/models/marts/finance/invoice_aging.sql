with invoices as (

    select
        invoice_id,
        invoice_number,
        organization_id,
        stripe_customer_id,
        invoice_date,
        due_date,
        status,
        collection_method,
        currency,
        amount_remaining_cents,
        amount_remaining_usd,
        attempt_count
    from {{ ref('fct_invoices') }}
    where
        status in ('open', 'uncollectible')
        and amount_remaining_cents > 0

),

as_of as (

    select as_of_date
    from {{ ref('int_finance__as_of') }}

),

aged as (

    select
        invoices.invoice_id,
        as_of.as_of_date,
        {{ days_between('invoices.due_date', 'as_of.as_of_date') }} as days_overdue
    from invoices
    cross join as_of

)

select
    invoices.invoice_id,
    aged.as_of_date,
    invoices.invoice_number,
    invoices.organization_id,
    invoices.stripe_customer_id,
    invoices.invoice_date,
    invoices.due_date,
    invoices.status,
    invoices.collection_method,
    case when aged.days_overdue > 0 then aged.days_overdue else 0 end as days_overdue,
    case
        when aged.days_overdue <= 0 then 'not due'
        when aged.days_overdue <= 30 then '1-30 days'
        when aged.days_overdue <= 60 then '31-60 days'
        when aged.days_overdue <= 90 then '61-90 days'
        else 'over 90 days'
    end as aging_bucket,
    invoices.currency,
    invoices.amount_remaining_cents,
    invoices.amount_remaining_usd,
    invoices.attempt_count
from invoices
inner join aged
    on invoices.invoice_id = aged.invoice_id
