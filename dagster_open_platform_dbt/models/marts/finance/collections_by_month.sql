with invoices as (

    select
        {{ month_start('invoice_date') }} as month_start,
        status,
        is_paid_out_of_band,
        amount_due_usd,
        amount_paid_usd,
        amount_remaining_usd,
        days_paid_after_due,
        {{ days_between('invoice_date', 'paid_date') }} as days_to_pay
    from {{ ref('fct_invoices') }}
    where
        status not in ('draft', 'void')
        and amount_due_cents > 0

)

select
    month_start,
    count(*) as invoice_count,
    count(case when status = 'paid' then 1 end) as paid_invoice_count,
    sum(amount_due_usd) as amount_due_usd,
    sum(amount_paid_usd) as amount_paid_usd,
    sum(case when is_paid_out_of_band then amount_paid_usd else 0 end) as paid_past_stripe_usd,
    sum(case when status = 'open' then amount_remaining_usd else 0 end) as open_usd,
    sum(case when status = 'uncollectible' then amount_remaining_usd else 0 end) as written_off_usd,
    {{ safe_divide('sum(amount_paid_usd)', 'sum(amount_due_usd)') }} as collected_share,
    {{ median('days_to_pay') }} as median_days_to_pay,
    {{ safe_divide(
        'count(case when days_paid_after_due > 0 then 1 end)', "count(case when status = 'paid' then 1 end)"
    ) }} as late_share
from invoices
group by month_start
