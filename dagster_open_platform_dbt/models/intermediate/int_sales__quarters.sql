select
    spine.date_day,
    calendar.month_start as month_start_date,
    calendar.quarter_start as quarter_start_date
from {{ ref('time_spine') }} as spine
inner join {{ ref('fiscal_calendar') }} as calendar
    on
        spine.date_day >= calendar.month_start
        and spine.date_day < calendar.next_month_start
