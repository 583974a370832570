with source as (

    select * from {{ source('hubspot_marketing', 'marketing_event') }}

)

select
    cast(id as varchar) as marketing_event_id,
    event_name,
    event_type,
    event_organizer as organizer,
    event_status as status,
    external_event_id as zoom_webinar_id,
    cast(registrants as bigint) as registrant_count,
    cast(attendees as bigint) as attendee_count,
    cast(no_shows as bigint) as no_show_count,
    cast(cancellations as bigint) as cancellation_count,
    {{ utc_timestamp('start_date_time') }} as starts_at,
    {{ utc_timestamp('end_date_time') }} as ends_at
from source
where not _fivetran_deleted
