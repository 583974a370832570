with calls as (

    {{ segment_calls('pricing_calculated', ['plan', 'credits'], ['website']) }}

)

select
    id as calculation_id,
    anonymous_id,
    user_id,
    plan,
    cast(credits as bigint) as monthly_credits,
    happened_at as calculated_at,
    cast(happened_at as date) as calculated_date,
    received_at,
    loaded_at
from calls
