-- Days on which anything is known of the community: from the project's first day to the last one of any source.
with last_days as (

    select max(created_date) as last_date
    from {{ ref('stg_github__comments') }}
    union all
    select max(created_date) as last_date
    from {{ ref('stg_github__issues') }}
    union all
    select max(closed_date) as last_date
    from {{ ref('stg_github__issues') }}
    union all
    select max(activity_date) as last_date
    from {{ ref('stg_slack__member_metrics') }}
    union all
    select max(download_date) as last_date
    from {{ ref('stg_pypi__daily_file_downloads') }}

),

last_day as (

    select max(last_date) as last_date
    from last_days

),

days as (

    select date_day
    from {{ ref('time_spine') }}

)

select
    days.date_day,
    {{ week_start('days.date_day') }} as week_start,
    days.date_day = last_day.last_date as is_last_day
from days
inner join last_day
    on days.date_day <= last_day.last_date
where days.date_day >= cast('{{ var("first_date") }}' as date)
