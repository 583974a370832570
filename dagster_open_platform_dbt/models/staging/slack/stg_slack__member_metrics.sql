with source as (

    select * from {{ source('slack', 'member_metrics') }}

)

select
    date as activity_date,
    members as member_count,
    guests as guest_count,
    new_members as new_member_count,
    returned_members as returned_member_count,
    deactivated_members as deactivated_member_count,
    active_members as active_member_count,
    posting_members as posting_member_count,
    messages as channel_message_count,
    reactions as reaction_count,
    bots_left_out as bot_count
from source
