with calls as (

    {{ segment_calls('quiz_submitted', ['course', 'score', 'is_passed'], ['university']) }}

)

select
    id as quiz_id,
    anonymous_id,
    user_id,
    course as course_name,
    cast(score as bigint) as score,
    is_passed,
    happened_at as submitted_at,
    cast(happened_at as date) as submitted_date,
    received_at,
    loaded_at
from calls
