with source as (

    select * from {{ source('outreach', 'call') }}

)

select
    id as call_id,
    relationship_sequence_state_id as sequence_state_id,
    relationship_sequence_id as sequence_id,
    relationship_prospect_id as prospect_id,
    relationship_user_id as outreach_user_id,
    relationship_call_disposition_id as disposition_id,
    outcome = 'Answered' as is_answered,
    lower(direction) as call_direction,
    {{ utc_timestamp('dialed_at') }} as dialed_at,
    {{ utc_timestamp('answered_at') }} as answered_at,
    {{ utc_timestamp('completed_at') }} as completed_at
from source
where not _fivetran_deleted
