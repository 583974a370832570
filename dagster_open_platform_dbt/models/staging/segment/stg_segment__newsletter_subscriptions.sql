with calls as (

    {{ segment_calls('newsletter_subscribed', ['placement', 'context_page_path'], ['website']) }}

)

select
    id as subscription_id,
    anonymous_id,
    user_id,
    placement as form_placement,
    context_page_path as page_path,
    happened_at as subscribed_at,
    cast(happened_at as date) as subscribed_date,
    received_at,
    loaded_at
from calls
