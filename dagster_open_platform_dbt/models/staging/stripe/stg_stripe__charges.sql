with source as (

    select * from {{ source('stripe', 'charges') }}

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
    id as charge_id,
    invoice_id,
    customer_id as stripe_customer_id,
    balance_transaction_id,
    dispute_id,
    status,
    payment_method_type,
    card_brand,
    card_country as card_country_code,
    failure_code,
    upper(currency) as currency,
    amount as amount_cents,
    amount_refunded as amount_refunded_cents,
    dispute_id is not null as is_disputed,
    created as created_at,
    cast(created as date) as created_date,
    batch_timestamp as delivered_at
from latest
