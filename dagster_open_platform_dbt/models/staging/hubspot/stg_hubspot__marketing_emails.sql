with source as (

    select * from {{ source('hubspot_emails', 'marketing_email') }}

)

select
    cast(id as varchar) as email_content_id,
    campaign as marketing_campaign_id,
    campaign_utm as utm_campaign,
    name as email_name,
    state,
    is_published,
    type as email_type,
    {{ utc_timestamp('published_at') }} as published_at,
    {{ utc_timestamp('created_at') }} as created_at
from source
