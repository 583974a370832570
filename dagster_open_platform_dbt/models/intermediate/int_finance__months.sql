with calendar as (

    select
        month_start,
        next_month_start,
        fiscal_quarter
    from {{ ref('fiscal_calendar') }}

),

as_of as (

    select as_of_date
    from {{ ref('int_finance__as_of') }}

),

numbered as (

    select
        month_start,
        next_month_start,
        fiscal_quarter,
        cast(row_number() over (order by month_start) as integer) as month_number
    from calendar

)

select
    numbered.month_start,
    numbered.next_month_start,
    numbered.fiscal_quarter,
    numbered.month_number,
    case
        when numbered.next_month_start > as_of.as_of_date then as_of.as_of_date
        else cast({{ add_days('numbered.next_month_start', -1) }} as date)
    end as last_date,
    numbered.next_month_start <= cast({{ add_days('as_of.as_of_date', 1) }} as date) as is_complete
from numbered
inner join as_of
    on numbered.month_start <= as_of.as_of_date
