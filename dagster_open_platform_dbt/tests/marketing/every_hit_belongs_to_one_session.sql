{{ config(meta={'dagster': {'ref': {'name': 'fct_sessions'}}}) }}

-- The pages and events of a session, counted from the facts, are those that the session has; none is without one.
with hits as (

    select
        session_id,
        'page' as hit_type
    from {{ ref('fct_page_visits') }}
    union all
    select
        session_id,
        'event' as hit_type
    from {{ ref('fct_events') }}

),

counted as (

    select
        session_id,
        count(case when hit_type = 'page' then 1 end) as page_visit_count,
        count(case when hit_type = 'event' then 1 end) as event_count
    from hits
    group by session_id

),

sessions as (

    select
        session_id,
        page_visit_count,
        event_count
    from {{ ref('fct_sessions') }}

)

select
    coalesce(sessions.session_id, counted.session_id) as session_id,
    sessions.page_visit_count as session_page_visit_count,
    counted.page_visit_count,
    sessions.event_count as session_event_count,
    counted.event_count
from sessions
full outer join counted
    on sessions.session_id = counted.session_id
where
    sessions.page_visit_count is distinct from counted.page_visit_count
    or sessions.event_count is distinct from counted.event_count
