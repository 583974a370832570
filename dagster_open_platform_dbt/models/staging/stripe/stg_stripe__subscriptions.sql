with source as (

    select * from {{ source('stripe', 'subscriptions') }}

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
    id as subscription_id,
    customer_id as stripe_customer_id,
    status,
    billing as collection_method,
    plan_id,
    discount_coupon_id as coupon_id,
    days_until_due as payment_terms_days,
    tax_percent,
    current_period_start as current_period_started_at,
    current_period_end as current_period_ends_at,
    created as started_at,
    canceled_at,
    ended_at,
    batch_timestamp as delivered_at
from latest
