with source as (

    select * from {{ source('outreach', 'task') }}

)

select
    id as task_id,
    action as task_action,
    relationship_owner_id as outreach_user_id,
    relationship_prospect_id as prospect_id,
    relationship_sequence_state_id as sequence_state_id,
    relationship_sequence_id as sequence_id,
    relationship_call_id as call_id,
    relationship_mailing_id as mailing_id,
    state = 'complete' as is_completed,
    {{ utc_timestamp('due_at') }} as due_at,
    {{ utc_timestamp('completed_at') }} as completed_at,
    {{ utc_timestamp('created_at') }} as created_at
from source
where not _fivetran_deleted
