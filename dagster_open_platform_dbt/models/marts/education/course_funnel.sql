with progress as (

    select
        course_name,
        is_signed_in,
        lessons_completed,
        lesson_count,
        quiz_attempt_count,
        quiz_passed_at,
        is_completed,
        certificate_id,
        days_to_complete
    from {{ ref('fct_course_progress') }}

)

select
    course_name,
    is_signed_in,
    count(*) as learner_count,
    count(case when lessons_completed > 0 then 1 end) as first_lesson_count,
    count(case when lessons_completed > 0 and 2 * lessons_completed >= lesson_count then 1 end)
        as half_of_lessons_count,
    count(case when lessons_completed > 0 and lessons_completed = lesson_count then 1 end) as all_lessons_count,
    count(case when quiz_attempt_count > 0 then 1 end) as quiz_count,
    count(case when quiz_passed_at is not null then 1 end) as quiz_passed_count,
    count(case when is_completed then 1 end) as completed_count,
    count(case when certificate_id is not null then 1 end) as certificate_count,
    {{ safe_divide('count(case when is_completed then 1 end)', 'count(*)') }} as completion_ratio,
    {{ median('days_to_complete') }} as median_days_to_complete
from progress
group by
    course_name,
    is_signed_in
