with source as (

    select * from {{ source('hubspot', 'engagement_note') }}

)

select
    engagement_id,
    property_hubspot_owner_id as owner_id,
    {{ utc_timestamp('property_hs_timestamp') }} as occurred_at
from source
where not _fivetran_deleted
