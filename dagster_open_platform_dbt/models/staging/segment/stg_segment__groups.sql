with calls as (

    {{ segment_calls('groups', ['group_id', 'plan'], ['product']) }}

)

select
    id as group_call_id,
    anonymous_id,
    user_id,
    cast(group_id as bigint) as organization_id,
    plan,
    happened_at as grouped_at,
    cast(happened_at as date) as grouped_date,
    received_at,
    loaded_at
from calls
