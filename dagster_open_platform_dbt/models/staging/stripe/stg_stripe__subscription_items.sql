with source as (

    select * from {{ source('stripe', 'subscription_items') }}

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
    id as subscription_item_id,
    subscription_id,
    plan_id,
    quantity,
    created as created_at,
    batch_timestamp as delivered_at
from latest
