with calls as (

    {{ segment_calls('certificate_issued', ['course', 'certificate_id'], ['university']) }}

)

select
    certificate_id,
    anonymous_id,
    user_id,
    course as course_name,
    happened_at as issued_at,
    cast(happened_at as date) as issued_date,
    received_at
from calls
