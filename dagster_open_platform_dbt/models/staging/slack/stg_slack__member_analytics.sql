with source as (

    select * from {{ source('slack', 'member_analytics') }}

)

select
    date as activity_date,
    user_id as slack_user_id,
    {{ utc_timestamp('joined_at') }} as joined_at,
    cast({{ utc_timestamp('joined_at') }} as date) as joined_date,
    is_guest,
    is_active,
    is_active_ios or is_active_android as is_active_on_phone,
    is_active_desktop as is_active_on_desktop,
    messages_posted_count as message_count,
    channel_messages_posted_count as channel_message_count,
    reactions_added_count as reaction_count,
    files_added_count as file_count,
    search_count,
    total_calls_count as call_count,
    slack_huddles_count as huddle_count
from source
