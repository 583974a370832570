with source as (

    select * from {{ source('hubspot_emails', 'email_subscription_change') }}

)

select
    source.caused_by_event_id,
    cast(source.email_subscription_id as varchar) as email_subscription_id,
    {{ text_hash('lower(trim(source.recipient))') }} as email_hash,
    source.change,
    {{ utc_timestamp('source.timestamp') }} as changed_at
from source
