with source as (

    select * from {{ source('stripe', 'plans') }}

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
    latest.id as plan_id,
    latest.product_id,
    upper(split_part(latest.product_id, '_', 2)) as plan_name,
    latest.nickname,
    latest.usage_type,
    upper(latest.currency) as currency,
    latest.amount as amount_cents,
    latest.{{ 'interval' }} as billing_interval,
    latest.interval_count as billing_interval_count,
    latest.interval_count
    * case latest.{{ 'interval' }} when 'year' then 12 when 'month' then 1 end as months_per_period,
    latest.active as is_active,
    latest.created as created_at,
    latest.batch_timestamp as delivered_at
from latest
