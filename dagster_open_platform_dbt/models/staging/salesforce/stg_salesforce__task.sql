with source as (

    select * from {{ source('salesforce', 'task') }}

)

select
    id as task_id,
    owner_id as owner_user_id,
    created_by_id as created_by_user_id,
    account_id,
    who_id as person_id,
    what_id as related_id,
    lower(task_subtype) as task_type,
    status as task_status,
    is_closed as is_completed,
    priority,
    call_disposition,
    cast(call_duration_in_seconds as bigint) as call_seconds,
    activity_date,
    {{ utc_timestamp('completed_date_time') }} as completed_at,
    {{ utc_timestamp('created_date') }} as created_at
from source
where
    not is_deleted
    and not _fivetran_deleted
