with calls as (

    {{ segment_calls('signed_up', ['organization_id', 'plan', 'method'], ['website']) }}

),

-- An organization signs up once, whatever its browser sends.
first_sign_ups as (

    select *
    from calls
    qualify row_number() over (
        partition by organization_id
        order by happened_at, id
    ) = 1

)

select
    id as sign_up_id,
    anonymous_id,
    user_id,
    cast(organization_id as bigint) as organization_id,
    plan,
    method as sign_in_method,
    happened_at as signed_up_at,
    cast(happened_at as date) as signed_up_date,
    received_at
from first_sign_ups
