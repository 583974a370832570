with subscriptions as (

    select
        subscription_id,
        stripe_customer_id,
        status,
        collection_method,
        coupon_id,
        payment_terms_days,
        started_at,
        canceled_at,
        ended_at
    from {{ ref('stg_stripe__subscriptions') }}

),

matches as (

    select
        stripe_customer_id,
        organization_id
    from {{ ref('int_finance__stripe_organizations') }}

),

items as (

    select
        subscription_id,
        plan_id,
        quantity
    from {{ ref('stg_stripe__subscription_items') }}

),

plans as (

    select
        plan_id,
        plan_name,
        currency,
        amount_cents,
        months_per_period
    from {{ ref('stg_stripe__plans') }}
    where
        usage_type = 'licensed'
        and months_per_period is not null

),

rates as (

    select
        currency,
        usd_per_unit
    from {{ ref('int_finance__exchange_rates') }}

),

schedules as (

    select
        subscription_id,
        min(schedule_id) as schedule_id
    from {{ ref('stg_stripe__subscription_schedules') }}
    group by subscription_id

),

priced as (

    select
        items.subscription_id,
        max(plans.plan_name) as plan_name,
        max(plans.currency) as currency,
        cast(floor(
            sum(plans.amount_cents * coalesce(items.quantity, 1) / cast(plans.months_per_period as double)) + 0.5
        ) as bigint) as monthly_cents
    from items
    inner join plans
        on items.plan_id = plans.plan_id
    group by items.subscription_id

)

select
    subscriptions.subscription_id,
    subscriptions.stripe_customer_id,
    matches.organization_id,
    subscriptions.status,
    subscriptions.ended_at is null as is_running,
    subscriptions.collection_method,
    -- Who pays by card needed nobody to sell.
    subscriptions.collection_method = 'charge_automatically' as is_self_serve,
    schedules.schedule_id is not null as has_yearly_contract,
    priced.plan_name,
    priced.currency,
    priced.monthly_cents as monthly_price_cents,
    case when subscriptions.ended_at is null then priced.monthly_cents else 0 end as mrr_cents,
    case
        when subscriptions.ended_at is null then {{ usd('priced.monthly_cents', 'rates.usd_per_unit') }}
        else 0
    end as mrr_usd,
    subscriptions.coupon_id,
    subscriptions.payment_terms_days,
    schedules.schedule_id,
    subscriptions.started_at,
    subscriptions.canceled_at,
    subscriptions.ended_at
from subscriptions
left join matches
    on subscriptions.stripe_customer_id = matches.stripe_customer_id
left join priced
    on subscriptions.subscription_id = priced.subscription_id
left join rates
    on priced.currency = rates.currency
left join schedules
    on subscriptions.subscription_id = schedules.subscription_id
