with source as (

    select * from {{ source('hubspot_marketing', 'marketing_event_participant') }}

)

select
    cast(id as varchar) as participation_id,
    cast(marketing_event_id as varchar) as marketing_event_id,
    cast(contact_id as varchar) as contact_id,
    properties_attendance_state as attendance_state,
    cast(properties_attendance_duration_seconds as bigint) as attendance_seconds,
    {{ utc_timestamp('created_at') }} as registered_at,
    {{ utc_timestamp('properties_occurred_at') }} as occurred_at
from source
