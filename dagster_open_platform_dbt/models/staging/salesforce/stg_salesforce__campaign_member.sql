with source as (

    select * from {{ source('salesforce', 'campaign_member') }}

)

select
    id as campaign_member_id,
    campaign_id,
    lead_id,
    contact_id,
    lower(type) as member_type,
    {{ text_hash('lower(trim(email))') }} as email_hash,
    status as member_status,
    has_responded,
    first_responded_date,
    utm_source_c as campaign_source,
    utm_medium_c as campaign_medium,
    {{ utc_timestamp('created_date') }} as created_at
from source
where
    not is_deleted
    and not _fivetran_deleted
