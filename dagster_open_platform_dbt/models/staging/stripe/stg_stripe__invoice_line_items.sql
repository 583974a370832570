with source as (

    select * from {{ source('stripe', 'invoice_line_items') }}

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
    id as invoice_line_id,
    invoice_id,
    subscription as subscription_id,
    subscription_item_id,
    plan_id,
    source_type as line_source,
    upper(currency) as currency,
    amount as amount_cents,
    quantity,
    proration as is_proration,
    discountable as is_discountable,
    period_start as period_started_at,
    period_end as period_ended_at,
    batch_timestamp as delivered_at
from latest
