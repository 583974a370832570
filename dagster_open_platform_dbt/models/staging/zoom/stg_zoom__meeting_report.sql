with source as (

    select * from {{ source('zoom', 'meeting_report') }}

)

select
    uuid as meeting_uuid,
    meeting_id,
    {{ text_hash('lower(trim(user_email))') }} as host_email_hash,
    dept as department,
    cast(duration as bigint) as held_minutes,
    cast(participants_count as bigint) as participant_count,
    cast(total_minutes as bigint) as participant_minutes,
    {{ utc_timestamp('start_time') }} as started_at,
    {{ utc_timestamp('end_time') }} as ended_at
from source
