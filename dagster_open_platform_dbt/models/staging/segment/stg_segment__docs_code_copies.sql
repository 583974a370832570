with calls as (

    {{ segment_calls('code_copied', ['language', 'lines', 'context_page_path'], ['docs']) }}

)

select
    id as code_copy_id,
    anonymous_id,
    user_id,
    language as code_language,
    cast(lines as bigint) as line_count,
    context_page_path as page_path,
    happened_at as copied_at,
    cast(happened_at as date) as copied_date,
    received_at,
    loaded_at
from calls
