-- Users' events and runs are loaded together; the later of the two days is what is known.
with days as (

    select max(created_date) as last_date
    from {{ ref('stg_cloud_product__runs') }}
    union all
    select max(event_date) as last_date
    from {{ ref('stg_cloud_product__user_events_counts') }}

)

select max(last_date) as last_date
from days
