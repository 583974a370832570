with source as (

    select * from {{ source('salesforce', 'event') }}

)

select
    id as event_id,
    owner_id as owner_user_id,
    account_id,
    who_id as person_id,
    what_id as related_id,
    type as event_type,
    subject as event_subject,
    location,
    cast(duration_in_minutes as bigint) as planned_minutes,
    {{ utc_timestamp('start_date_time') }} as starts_at,
    {{ utc_timestamp('end_date_time') }} as ends_at,
    {{ utc_timestamp('created_date') }} as created_at
from source
where
    not is_deleted
    and not _fivetran_deleted
