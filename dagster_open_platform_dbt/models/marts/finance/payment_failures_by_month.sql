with charges as (

    select
        charge_id,
        invoice_id,
        coalesce(payment_method_type, 'unknown') as payment_method_type,
        status,
        amount_cents,
        received_usd,
        created_at,
        {{ month_start('payment_date') }} as month_start
    from {{ ref('fct_payments') }}
    where payment_type = 'charge'

),

successes as (

    select
        invoice_id,
        max(created_at) as paid_at
    from charges
    where
        status = 'succeeded'
        and invoice_id is not null
    group by invoice_id

),

-- A decline is made good when a later attempt for the same invoice succeeds.
judged as (

    select
        charges.month_start,
        charges.payment_method_type,
        charges.status,
        charges.received_usd,
        charges.status = 'failed' and coalesce(successes.paid_at > charges.created_at, false) as is_recovered
    from charges
    left join successes
        on charges.invoice_id = successes.invoice_id

)

select
    month_start,
    payment_method_type,
    count(*) as attempt_count,
    count(case when status = 'succeeded' then 1 end) as succeeded_count,
    count(case when status = 'failed' then 1 end) as failed_count,
    count(case when is_recovered then 1 end) as recovered_count,
    sum(received_usd) as received_usd,
    {{ safe_divide("count(case when status = 'failed' then 1 end)", 'count(*)') }} as failure_rate,
    {{ safe_divide('count(case when is_recovered then 1 end)', "count(case when status = 'failed' then 1 end)") }}
        as recovery_rate
from judged
group by
    month_start,
    payment_method_type
