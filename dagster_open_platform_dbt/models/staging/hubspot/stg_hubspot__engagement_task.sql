with source as (

    select * from {{ source('hubspot', 'engagement_task') }}

)

select
    engagement_id,
    property_hubspot_owner_id as owner_id,
    lower(property_hs_task_type) as task_type,
    property_hs_task_status = 'COMPLETED' as is_completed,
    property_hs_task_priority as priority,
    {{ utc_timestamp('property_hs_timestamp') }} as due_at,
    {{ utc_timestamp('property_hs_task_completion_date') }} as completed_at,
    {{ utc_timestamp('property_hs_createdate') }} as created_at
from source
where not _fivetran_deleted
