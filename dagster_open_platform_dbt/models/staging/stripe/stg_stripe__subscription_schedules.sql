with source as (

    select * from {{ source('stripe', 'subscription_schedules') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by batch_timestamp desc
    ) = 1

)

select
    id as schedule_id,
    subscription_id,
    customer_id as stripe_customer_id,
    status,
    current_phase_start as current_phase_started_at,
    current_phase_end as current_phase_ends_at,
    created as created_at,
    canceled_at,
    batch_timestamp as delivered_at
from latest
