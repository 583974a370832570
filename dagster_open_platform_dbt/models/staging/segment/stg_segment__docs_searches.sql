with calls as (

    {{ segment_calls('search_performed', ['query_length', 'results', 'is_ai_answer'], ['docs']) }}

)

select
    id as search_id,
    anonymous_id,
    user_id,
    cast(query_length as bigint) as query_length,
    cast(results as bigint) as result_count,
    is_ai_answer,
    happened_at as searched_at,
    cast(happened_at as date) as searched_date,
    received_at,
    loaded_at
from calls
