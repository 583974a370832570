with calls as (

    {{ segment_calls('lesson_completed', ['course', 'lesson'], ['university']) }}

)

select
    id as lesson_completion_id,
    anonymous_id,
    user_id,
    course as course_name,
    lesson as lesson_number,
    happened_at as completed_at,
    cast(happened_at as date) as completed_date,
    received_at
from calls
