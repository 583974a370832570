with source as (

    select * from {{ source('hubspot_emails', 'email_event') }}

)

select
    id as email_event_id,
    {{ text_hash('lower(trim(recipient))') }} as email_hash,
    {{ masked('lower(trim(recipient))') }} as email_address
from source
