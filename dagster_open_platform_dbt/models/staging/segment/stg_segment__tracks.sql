with calls as (

    {{ segment_calls(
        'tracks',
        ['event', 'event_text', 'context_page_path', 'context_user_agent'],
        ['website', 'product', 'docs', 'university']
    ) }}

)

select
    source_slug,
    id as event_id,
    anonymous_id,
    user_id,
    event as event_name,
    event_text as event_title,
    context_page_path as page_path,
    lower(context_user_agent) like '%bot%' as is_bot,
    happened_at as occurred_at,
    cast(happened_at as date) as occurred_date,
    received_at,
    loaded_at
from calls
