with source as (

    select * from {{ source('hubspot_emails', 'email_event') }}

)

select
    id as email_event_id,
    cast(email_campaign_id as varchar) as email_campaign_id,
    type as event_type,
    {{ text_hash('lower(trim(recipient))') }} as email_hash,
    lower(split_part(trim(recipient), '@', 2)) as email_domain,
    sent_by_id as sent_event_id,
    filtered_event as is_filtered,
    {{ utc_timestamp('created') }} as occurred_at,
    cast({{ utc_timestamp('created') }} as date) as occurred_date
from source
