{{ config(meta={'dagster': {'ref': {'name': 'int_finance__revenue_schedule'}}}) }}

-- What a line of an invoice is earned with over all months is the line, to the cent.
with lines as (

    select
        invoice_line_id,
        net_cents
    from {{ ref('fct_invoice_lines') }}
    where invoice_status not in ('draft', 'void')

),

schedule as (

    select
        invoice_line_id,
        sum(earned_cents) as earned_cents
    from {{ ref('int_finance__revenue_schedule') }}
    group by invoice_line_id

)

select
    lines.invoice_line_id,
    lines.net_cents,
    schedule.earned_cents
from lines
left join schedule
    on lines.invoice_line_id = schedule.invoice_line_id
where lines.net_cents <> coalesce(schedule.earned_cents, 0)
