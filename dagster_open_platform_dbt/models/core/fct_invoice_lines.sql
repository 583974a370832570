with lines as (

    select
        invoice_line_id,
        invoice_id,
        subscription_id,
        plan_id,
        line_source,
        currency,
        amount_cents,
        quantity,
        is_proration,
        is_discountable,
        period_started_at,
        period_ended_at
    from {{ ref('stg_stripe__invoice_line_items') }}

),

invoices as (

    select
        invoice_id,
        organization_id,
        stripe_customer_id,
        invoice_date,
        status,
        discount_cents
    from {{ ref('fct_invoices') }}

),

plans as (

    select
        plan_id,
        plan_name,
        usage_type
    from {{ ref('stg_stripe__plans') }}

),

rates as (

    select
        currency,
        usd_per_unit
    from {{ ref('int_finance__exchange_rates') }}

),

discountable as (

    select
        invoice_id,
        sum(amount_cents) as amount_cents
    from lines
    where is_discountable
    group by invoice_id

),

-- The discount of an invoice is spread over its lines by their amounts. What is rounded off is carried to the next
-- line, so that the parts are the whole.
running as (

    select
        lines.invoice_line_id,
        cast(floor(coalesce({{ safe_divide('invoices.discount_cents * sum(lines.amount_cents) over (
            partition by lines.invoice_id
            order by lines.invoice_line_id
            rows between unbounded preceding and current row
        )', 'discountable.amount_cents') }}, 0) + 0.5) as bigint) as discount_so_far,
        row_number() over (
            partition by lines.invoice_id
            order by lines.invoice_line_id
        ) as place
    from lines
    inner join invoices
        on lines.invoice_id = invoices.invoice_id
    inner join discountable
        on lines.invoice_id = discountable.invoice_id
    where lines.is_discountable

),

spread as (

    select
        running.invoice_line_id,
        running.discount_so_far - coalesce(lag(running.discount_so_far) over (
            partition by lines.invoice_id
            order by running.place
        ), 0) as discount_cents
    from running
    inner join lines
        on running.invoice_line_id = lines.invoice_line_id

)

select
    lines.invoice_line_id,
    lines.invoice_id,
    invoices.organization_id,
    invoices.stripe_customer_id,
    lines.subscription_id,
    invoices.invoice_date,
    invoices.status as invoice_status,
    case
        when lines.is_proration and lines.amount_cents < 0 then 'proration_credit'
        when lines.is_proration then 'proration'
        when plans.usage_type = 'metered' then 'usage'
        when lines.line_source = 'subscription' then 'commitment'
        else 'one_off'
    end as line_type,
    plans.plan_name,
    lines.currency,
    lines.quantity,
    lines.amount_cents,
    coalesce(spread.discount_cents, 0) as discount_cents,
    lines.amount_cents - coalesce(spread.discount_cents, 0) as net_cents,
    {{ usd('(lines.amount_cents - coalesce(spread.discount_cents, 0))', 'rates.usd_per_unit') }} as net_usd,
    lines.period_started_at,
    lines.period_ended_at
from lines
left join invoices
    on lines.invoice_id = invoices.invoice_id
left join plans
    on lines.plan_id = plans.plan_id
left join rates
    on lines.currency = rates.currency
left join spread
    on lines.invoice_line_id = spread.invoice_line_id
