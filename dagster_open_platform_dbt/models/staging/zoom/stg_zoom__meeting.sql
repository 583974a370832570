with source as (

    select * from {{ source('zoom', 'meeting') }}

)

select
    uuid as meeting_uuid,
    id as meeting_id,
    host_id as host_user_id,
    cast(duration as bigint) as planned_minutes,
    {{ utc_timestamp('start_time') }} as starts_at,
    {{ utc_timestamp('created_at') }} as created_at
from source
