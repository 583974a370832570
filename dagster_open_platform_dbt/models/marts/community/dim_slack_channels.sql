with channels as (

    select
        channel_id,
        channel_name,
        is_archived,
        is_general,
        is_shared_with_others,
        member_count,
        created_date
    from {{ ref('stg_slack__channels') }}

),

everybody as (

    select max(member_count) as member_count
    from channels
    where is_general

)

select
    channels.channel_id,
    channels.channel_name,
    channels.is_archived,
    channels.is_general,
    channels.is_shared_with_others,
    channels.member_count,
    {{ safe_divide('channels.member_count', 'everybody.member_count') }} as share_of_members,
    channels.created_date
from channels
cross join everybody
