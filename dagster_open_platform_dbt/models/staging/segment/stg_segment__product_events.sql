with tracks as (

    select * from {{ ref('stg_segment__tracks') }}

)

select
    event_id,
    anonymous_id,
    user_id,
    event_name,
    event_title,
    page_path,
    occurred_at,
    occurred_date,
    received_at
from tracks
where source_slug = 'product'
