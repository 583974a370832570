with calls as (

    {{ segment_calls('cta_clicked', ['label', 'position', 'context_page_path'], ['website']) }}

)

select
    id as cta_click_id,
    anonymous_id,
    user_id,
    label as button_label,
    position as button_position,
    context_page_path as page_path,
    happened_at as clicked_at,
    cast(happened_at as date) as clicked_date,
    received_at,
    loaded_at
from calls
