with source as (

    select * from {{ source('google_sheets', 'event_calendar') }}

)

select
    event_name,
    lower(trim(type)) as event_type,
    utm_campaign as campaign_tag,
    start_date,
    end_date,
    city,
    upper(trim(country)) as country_code,
    budget_usd,
    expected_leads as expected_lead_count,
    lower(trim(status)) as event_status,
    {{ text_hash('lower(trim(owner_email))') }} as owner_email_hash
from source
