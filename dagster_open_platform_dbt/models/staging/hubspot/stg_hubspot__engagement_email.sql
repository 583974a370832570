with source as (

    select * from {{ source('hubspot', 'engagement_email') }}

)

select
    engagement_id,
    property_hubspot_owner_id as owner_id,
    case when property_hs_email_direction = 'INCOMING_EMAIL' then 'inbound' else 'outbound' end as email_direction,
    cast(property_hs_email_open_count as bigint) as open_count,
    {{ utc_timestamp('property_hs_timestamp') }} as occurred_at
from source
where not _fivetran_deleted
