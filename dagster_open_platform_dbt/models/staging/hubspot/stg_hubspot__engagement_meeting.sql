with source as (

    select * from {{ source('hubspot', 'engagement_meeting') }}

)

select
    engagement_id,
    property_hubspot_owner_id as owner_id,
    lower(property_hs_meeting_outcome) as outcome,
    property_hs_meeting_external_url as meeting_url,
    cast(split_part(property_hs_meeting_external_url, '/j/', 2) as bigint) as zoom_meeting_id,
    {{ utc_timestamp('property_hs_meeting_start_time') }} as starts_at,
    {{ utc_timestamp('property_hs_meeting_end_time') }} as ends_at,
    {{ utc_timestamp('property_hs_createdate') }} as created_at
from source
where not _fivetran_deleted
