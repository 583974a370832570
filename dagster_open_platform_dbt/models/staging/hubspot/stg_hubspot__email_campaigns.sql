with source as (

    select * from {{ source('hubspot_emails', 'email_campaign') }}

)

select
    cast(id as varchar) as email_campaign_id,
    cast(content_id as varchar) as email_content_id,
    name as email_campaign_name,
    subject as email_subject,
    type as email_type,
    cast(num_included as bigint) as recipient_count
from source
