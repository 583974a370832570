with calls as (

    {{ segment_calls('version_switched', ['from_version', 'to_version', 'context_page_path'], ['docs']) }}

)

select
    id as version_switch_id,
    anonymous_id,
    user_id,
    from_version,
    to_version,
    context_page_path as page_path,
    happened_at as switched_at,
    cast(happened_at as date) as switched_date,
    received_at,
    loaded_at
from calls
