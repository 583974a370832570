with calls as (

    {{ segment_calls('demo_requested', ['company_size', 'form'], ['website']) }}

)

select
    id as demo_request_id,
    anonymous_id,
    user_id,
    company_size,
    form as form_name,
    happened_at as requested_at,
    cast(happened_at as date) as requested_date,
    received_at
from calls
