with events as (

    select
        {{ week_start('happened_date') }} as week_start,
        event_type,
        learner_id,
        course_name
    from {{ ref('int_education__course_events') }}

)

select
    week_start,
    course_name,
    count(distinct learner_id) as active_learner_count,
    count(case when event_type = 'started' then 1 end) as start_count,
    count(case when event_type = 'lesson' then 1 end) as lesson_count,
    count(case when event_type = 'quiz' then 1 end) as quiz_count,
    count(case when event_type = 'completed' then 1 end) as completion_count,
    count(case when event_type = 'certificate' then 1 end) as certificate_count
from events
group by
    week_start,
    course_name
