with source as (

    select * from {{ source('hubspot_emails', 'email_event_bounce') }}

)

select
    id as email_event_id,
    category as bounce_category,
    status as bounce_status
from source
