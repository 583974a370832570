with source as (

    select * from {{ source('hubspot_emails', 'email_event_dropped') }}

)

select
    id as email_event_id,
    drop_reason
from source
