{#
    A line is earned evenly over the time that it is for; one without a time in the month in which it was sold. What is
    earned until the end of a month is rounded to the cent, and a month has the difference of two of those, so that all
    months together are the line. Months to come are there too: what was billed for them is owed to the customer.
#}
with lines as (

    select
        invoice_line_id,
        invoice_id,
        organization_id,
        line_type,
        currency,
        net_cents,
        period_started_at,
        period_ended_at
    from {{ ref('fct_invoice_lines') }}
    where invoice_status not in ('draft', 'void')

),

calendar as (

    select
        month_start,
        next_month_start,
        cast(month_start as timestamp) as starts_at,
        cast(next_month_start as timestamp) as ends_at
    from {{ ref('fiscal_calendar') }}

),

touched as (

    select
        lines.invoice_line_id,
        lines.invoice_id,
        lines.organization_id,
        lines.line_type,
        lines.currency,
        lines.net_cents,
        calendar.month_start,
        {{ seconds_between('lines.period_started_at', 'lines.period_ended_at') }} as whole_seconds,
        case
            when calendar.starts_at <= lines.period_started_at then 0
            else {{ seconds_between('lines.period_started_at', 'calendar.starts_at') }}
        end as seconds_before,
        case
            when calendar.ends_at >= lines.period_ended_at
                then {{ seconds_between('lines.period_started_at', 'lines.period_ended_at') }}
            else {{ seconds_between('lines.period_started_at', 'calendar.ends_at') }}
        end as seconds_until
    from lines
    inner join calendar
        on
            lines.period_started_at < calendar.ends_at
            and (
                lines.period_ended_at > calendar.starts_at
                or lines.period_started_at >= calendar.starts_at
            )

)

select
    invoice_line_id,
    invoice_id,
    organization_id,
    line_type,
    currency,
    month_start,
    case
        when whole_seconds = 0 then net_cents
        else
            cast(floor(net_cents * {{ safe_divide('seconds_until', 'whole_seconds') }} + 0.5) as bigint)
            - cast(floor(net_cents * {{ safe_divide('seconds_before', 'whole_seconds') }} + 0.5) as bigint)
    end as earned_cents
from touched
