with events as (

    select
        event_type,
        event_id,
        learner_id,
        user_id,
        course_name,
        lesson_number,
        score,
        is_passed,
        happened_at
    from {{ ref('int_education__course_events') }}
    where learner_id is not null

),

courses as (

    select
        course_name,
        max(lesson_number) as lesson_count
    from events
    group by course_name

),

users as (

    select
        user_id,
        organization_id
    from {{ ref('dim_users') }}

),

progress as (

    select
        learner_id,
        course_name,
        max(user_id) as user_id,
        min(happened_at) as first_event_at,
        max(happened_at) as last_event_at,
        min(case when event_type = 'started' then happened_at end) as started_at,
        count(distinct lesson_number) as lessons_completed,
        count(case when event_type = 'quiz' then 1 end) as quiz_attempt_count,
        max(score) as best_score,
        min(case when is_passed then happened_at end) as quiz_passed_at,
        min(case when event_type = 'completed' then happened_at end) as completed_at,
        -- Who takes a course again gets another one.
        min(case when event_type = 'certificate' then event_id end) as certificate_id,
        min(case when event_type = 'certificate' then happened_at end) as certificate_issued_at,
        count(case when event_type = 'certificate' then 1 end) as certificate_count
    from events
    group by
        learner_id,
        course_name

)

select
    progress.learner_id,
    progress.course_name,
    progress.user_id,
    users.organization_id,
    progress.user_id is not null as is_signed_in,
    progress.started_at,
    progress.first_event_at,
    progress.last_event_at,
    progress.lessons_completed,
    coalesce(courses.lesson_count, 0) as lesson_count,
    progress.quiz_attempt_count,
    progress.best_score,
    progress.quiz_passed_at,
    progress.completed_at,
    progress.completed_at is not null as is_completed,
    {{ hours_between('progress.first_event_at', 'progress.completed_at') }} / 24 as days_to_complete,
    progress.certificate_id,
    progress.certificate_issued_at,
    progress.certificate_count
from progress
left join courses
    on progress.course_name = courses.course_name
left join users
    on progress.user_id = users.user_id
