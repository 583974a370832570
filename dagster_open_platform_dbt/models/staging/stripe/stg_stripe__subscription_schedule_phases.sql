with source as (

    select * from {{ source('stripe', 'subscription_schedule_phases') }}

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
    id as phase_id,
    schedule_id,
    coupon_id,
    upper(currency) as currency,
    start_date as starts_at,
    end_date as ends_at,
    batch_timestamp as delivered_at
from latest
