with source as (

    select * from {{ source('stripe', 'coupons') }}

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
    id as coupon_id,
    name as coupon_name,
    percent_off,
    amount_off as amount_off_cents,
    upper(currency) as currency,
    duration,
    duration_in_months as duration_months,
    times_redeemed,
    valid as is_valid,
    created as created_at,
    batch_timestamp as delivered_at
from latest
