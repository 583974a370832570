with events as (

    select
        'started' as event_type,
        course_start_id as event_id,
        anonymous_id,
        user_id,
        course_name,
        cast(null as bigint) as lesson_number,
        cast(null as bigint) as score,
        cast(null as boolean) as is_passed,
        started_at as happened_at
    from {{ ref('stg_segment__courses_started') }}

    union all

    select
        'lesson' as event_type,
        lesson_completion_id as event_id,
        anonymous_id,
        user_id,
        course_name,
        cast(lesson_number as bigint) as lesson_number,
        cast(null as bigint) as score,
        cast(null as boolean) as is_passed,
        completed_at as happened_at
    from {{ ref('stg_segment__lessons_completed') }}

    union all

    select
        'quiz' as event_type,
        quiz_id as event_id,
        anonymous_id,
        user_id,
        course_name,
        cast(null as bigint) as lesson_number,
        score,
        is_passed,
        submitted_at as happened_at
    from {{ ref('stg_segment__quizzes') }}

    union all

    select
        'completed' as event_type,
        course_completion_id as event_id,
        anonymous_id,
        user_id,
        course_name,
        cast(null as bigint) as lesson_number,
        cast(null as bigint) as score,
        cast(null as boolean) as is_passed,
        completed_at as happened_at
    from {{ ref('stg_segment__courses_completed') }}

    union all

    select
        'certificate' as event_type,
        certificate_id as event_id,
        anonymous_id,
        user_id,
        course_name,
        cast(null as bigint) as lesson_number,
        cast(null as bigint) as score,
        cast(null as boolean) as is_passed,
        issued_at as happened_at
    from {{ ref('stg_segment__certificates') }}

),

-- A browser in which one person signed in later.
browsers as (

    select
        anonymous_id,
        min(user_id) as user_id
    from {{ ref('stg_segment__identifies') }}
    where source_slug = 'university'
    group by anonymous_id
    having count(distinct user_id) = 1

),

known as (

    select
        events.event_type,
        events.event_id,
        events.anonymous_id,
        coalesce(events.user_id, browsers.user_id) as user_id,
        events.course_name,
        events.lesson_number,
        events.score,
        events.is_passed,
        events.happened_at
    from events
    left join browsers
        on events.anonymous_id = browsers.anonymous_id

)

-- The server tells of completions and certificates: without a user nobody knows whose they are.
select
    event_type,
    event_id,
    case
        when user_id is not null then 'user-' || cast(user_id as varchar)
        when event_type in ('started', 'lesson', 'quiz') then 'browser-' || anonymous_id
    end as learner_id,
    user_id,
    course_name,
    lesson_number,
    score,
    is_passed,
    happened_at,
    cast(happened_at as date) as happened_date
from known
