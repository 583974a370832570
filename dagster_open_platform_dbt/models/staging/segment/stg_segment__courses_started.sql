with calls as (

    {{ segment_calls('course_started', ['course'], ['university']) }}

)

select
    id as course_start_id,
    anonymous_id,
    user_id,
    course as course_name,
    happened_at as started_at,
    cast(happened_at as date) as started_date,
    received_at,
    loaded_at
from calls
