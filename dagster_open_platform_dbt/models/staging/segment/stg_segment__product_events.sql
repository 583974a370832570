with calls as (

    {{ segment_calls('tracks', ['event', 'event_text', 'context_page_path'], ['product']) }}

)

select
    id as event_id,
    anonymous_id,
    user_id,
    event as event_name,
    event_text as event_title,
    context_page_path as page_path,
    happened_at as occurred_at,
    cast(happened_at as date) as occurred_date,
    received_at
from calls
