with source as (

    select * from {{ source('hubspot', 'engagement_call') }}

)

select
    engagement_id,
    property_hubspot_owner_id as owner_id,
    lower(property_hs_call_direction) as call_direction,
    property_hs_call_disposition as disposition_id,
    cast(property_hs_call_duration / 1000 as double) as call_seconds,
    {{ utc_timestamp('property_hs_timestamp') }} as occurred_at
from source
where not _fivetran_deleted
