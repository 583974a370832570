with calls as (

    {{ segment_calls(
        'feedback_submitted',
        ['is_helpful', 'rating', 'comment', 'context_page_path'],
        ['docs']
    ) }}

)

select
    id as feedback_id,
    anonymous_id,
    user_id,
    context_page_path as page_path,
    is_helpful,
    rating,
    nullif(trim(comment), '') is not null as has_comment,
    happened_at as submitted_at,
    cast(happened_at as date) as submitted_date,
    received_at
from calls
