with source as (

    select * from {{ source('outreach', 'mailing') }}

)

select
    id as mailing_id,
    relationship_sequence_state_id as sequence_state_id,
    relationship_sequence_id as sequence_id,
    relationship_sequence_step_id as sequence_step_id,
    relationship_prospect_id as prospect_id,
    relationship_user_id as outreach_user_id,
    state as mailing_state,
    cast(open_count as bigint) as open_count,
    cast(click_count as bigint) as click_count,
    {{ utc_timestamp('delivered_at') }} as delivered_at,
    {{ utc_timestamp('opened_at') }} as opened_at,
    {{ utc_timestamp('clicked_at') }} as clicked_at,
    {{ utc_timestamp('replied_at') }} as replied_at,
    {{ utc_timestamp('bounced_at') }} as bounced_at,
    {{ utc_timestamp('unsubscribed_at') }} as unsubscribed_at,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('state_changed_at') }} as state_changed_at
from source
where not _fivetran_deleted
