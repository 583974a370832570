with source as (

    select * from {{ source('zoom', 'webinar_participant') }}

)

select
    webinar_uuid,
    user_id as participant_id,
    registrant_id,
    {{ text_hash('lower(trim(user_email))') }} as email_hash,
    split_part(lower(trim(user_email)), '@', 2) as email_domain,
    cast(duration as bigint) as attended_seconds,
    {{ utc_timestamp('join_time') }} as joined_at,
    {{ utc_timestamp('leave_time') }} as left_at
from source
