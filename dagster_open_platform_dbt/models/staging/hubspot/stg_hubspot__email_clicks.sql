with source as (

    select * from {{ source('hubspot_emails', 'email_event_click') }}

)

select
    id as email_event_id,
    split_part(url, '?', 1) as clicked_url,
    {{ url_parameter('url', 'utm_campaign') }} as utm_campaign,
    {{ json_text('cast(location as varchar)', 'country') }} as country
from source
