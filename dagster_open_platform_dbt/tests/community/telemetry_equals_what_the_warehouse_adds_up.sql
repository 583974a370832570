{{ config(meta={'dagster': {'ref': {'name': 'oss_instances_daily'}}}) }}

-- Every event that the warehouse's own view counts on a day is counted once, unless it is of no installation.
with built_days as (

    select
        event_date,
        sum(event_count) as event_count
    from {{ ref('oss_instances_daily') }}
    group by event_date

),

added_up as (

    select
        event_date,
        sum(event_count) as event_count
    from {{ ref('stg_telemetry__daily_events') }}
    group by event_date

)

select
    built_days.event_date,
    built_days.event_count,
    added_up.event_count as added_up_event_count
from built_days
left join added_up
    on built_days.event_date = added_up.event_date
where built_days.event_count is distinct from added_up.event_count
