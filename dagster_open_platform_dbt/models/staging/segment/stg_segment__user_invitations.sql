with calls as (

    {{ segment_calls('user_invited', ['invited_user_id', 'role'], ['product']) }}

)

select
    id as invitation_id,
    anonymous_id,
    user_id,
    cast(invited_user_id as bigint) as invited_user_id,
    role,
    happened_at as invited_at,
    cast(happened_at as date) as invited_date,
    received_at,
    loaded_at
from calls
