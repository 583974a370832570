{{ config(meta={'dagster': {'ref': {'name': 'opportunities_by_day'}}}) }}


-- Counted apart from the days: who came to a stage until the end of the day, less who left it. Deleted opportunities
-- stay on days that are not rebuilt, hence the last week only.
with last_days as (

    select max(report_date) as last_date
    from {{ ref('opportunities_by_day') }}

),

days as (

    select spine.date_day
    from {{ ref('time_spine') }} as spine
    inner join last_days
        on
            spine.date_day <= last_days.last_date
            and spine.date_day > {{ add_days('last_days.last_date', -7) }}

),

moves as (

    select
        stage_name,
        cast(valid_from as date) as moved_date,
        1 as change
    from {{ ref('fct_opportunity_stages') }}
    union all
    select
        stage_name,
        cast(valid_to as date) as moved_date,
        -1 as change
    from {{ ref('fct_opportunity_stages') }}
    where valid_to is not null

),

by_history as (

    select
        days.date_day,
        moves.stage_name,
        sum(moves.change) as opportunity_count
    from days
    inner join moves
        on days.date_day >= moves.moved_date
    group by
        days.date_day,
        moves.stage_name

),

by_day as (

    select
        report_date,
        stage_name,
        count(*) as opportunity_count
    from {{ ref('opportunities_by_day') }}
    group by
        report_date,
        stage_name

)

select
    by_history.date_day,
    by_history.stage_name,
    by_history.opportunity_count as history_count,
    by_day.opportunity_count as day_count
from by_history
left join by_day
    on
        by_history.date_day = by_day.report_date
        and by_history.stage_name = by_day.stage_name
where by_history.opportunity_count <> coalesce(by_day.opportunity_count, 0)
