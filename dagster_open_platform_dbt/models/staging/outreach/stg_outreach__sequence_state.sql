with source as (

    select * from {{ source('outreach', 'sequence_state') }}

)

select
    id as sequence_state_id,
    relationship_sequence_id as sequence_id,
    relationship_prospect_id as prospect_id,
    relationship_creator_id as outreach_user_id,
    relationship_sequence_step_id as sequence_step_id,
    state as sequence_state,
    cast(deliver_count as bigint) as delivered_count,
    cast(open_count as bigint) as open_count,
    cast(click_count as bigint) as click_count,
    cast(reply_count as bigint) as reply_count,
    cast(positive_reply_count as bigint) as positive_reply_count,
    cast(negative_reply_count as bigint) as negative_reply_count,
    cast(bounce_count as bigint) as bounce_count,
    cast(opt_out_count as bigint) as opt_out_count,
    {{ utc_timestamp('replied_at') }} as replied_at,
    {{ utc_timestamp('created_at') }} as started_at,
    {{ utc_timestamp('state_changed_at') }} as state_changed_at
from source
where not _fivetran_deleted
