with source as (

    select * from {{ source('zoom', 'meeting_participant') }}

)

select
    meeting_uuid,
    user_id as participant_id,
    {{ text_hash('lower(trim(user_email))') }} as email_hash,
    {{ masked('lower(trim(user_email))') }} as email_address,
    {{ masked('name') }} as full_name
from source
