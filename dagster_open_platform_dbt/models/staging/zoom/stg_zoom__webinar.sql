with source as (

    select * from {{ source('zoom', 'webinar') }}

)

select
    uuid as webinar_uuid,
    id as webinar_id,
    topic,
    host_id as host_user_id,
    cast(duration as bigint) as planned_minutes,
    {{ utc_timestamp('start_time') }} as starts_at,
    {{ utc_timestamp('created_at') }} as created_at
from source
