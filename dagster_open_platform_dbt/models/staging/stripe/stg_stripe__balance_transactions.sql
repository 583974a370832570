with source as (

    select * from {{ source('stripe', 'balance_transactions') }}

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
    id as balance_transaction_id,
    source_id,
    automatic_transfer_id as payout_id,
    type as transaction_type,
    reporting_category,
    status,
    upper(currency) as currency,
    amount as amount_cents,
    fee as fee_cents,
    net as net_cents,
    exchange_rate,
    available_on as available_at,
    created as created_at,
    cast(created as date) as created_date,
    batch_timestamp as delivered_at
from latest
