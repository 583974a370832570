with calls as (

    {{ segment_calls('course_completed', ['course'], ['university']) }}

)

select
    id as course_completion_id,
    anonymous_id,
    user_id,
    course as course_name,
    happened_at as completed_at,
    cast(happened_at as date) as completed_date,
    received_at,
    loaded_at
from calls
