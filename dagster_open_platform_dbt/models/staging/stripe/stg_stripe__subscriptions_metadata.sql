with source as (

    select * from {{ source('stripe', 'subscriptions_metadata') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by subscription_id, key
        order by batch_timestamp desc
    ) = 1

)

select
    subscription_id,
    lower(trim(key)) as metadata_key,
    nullif(trim(value), '') as metadata_value,
    batch_timestamp as delivered_at
from latest
