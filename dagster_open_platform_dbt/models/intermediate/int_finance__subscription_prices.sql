{#
    Stripe keeps the present price of a subscription, and no history. What was billed tells it: each month's line names its
    price, and so does the correction after a change of plan.
#}
with subscriptions as (

    select
        subscription_id,
        plan_id,
        current_period_started_at,
        started_at,
        ended_at
    from {{ ref('stg_stripe__subscriptions') }}

),

plans as (

    select
        plan_id,
        plan_name,
        currency,
        amount_cents,
        months_per_period,
        created_at
    from {{ ref('stg_stripe__plans') }}
    where
        usage_type = 'licensed'
        and months_per_period is not null

),

lines as (

    select
        subscription_id,
        plan_id,
        coalesce(quantity, 1) as quantity,
        period_started_at as seen_at,
        0 as is_present
    from {{ ref('stg_stripe__invoice_line_items') }}
    where
        subscription_id is not null
        -- A credit is of the price that went.
        and amount_cents >= 0

),

-- A price that came after the last invoice is on none yet.
present as (

    select
        subscriptions.subscription_id,
        subscriptions.plan_id,
        1 as quantity,
        case
            when plans.created_at > subscriptions.current_period_started_at then plans.created_at
            else subscriptions.current_period_started_at
        end as seen_at,
        1 as is_present
    from subscriptions
    inner join plans
        on subscriptions.plan_id = plans.plan_id

),

seen as (

    select
        subscription_id,
        plan_id,
        quantity,
        seen_at,
        is_present
    from lines
    union all
    select
        subscription_id,
        plan_id,
        quantity,
        seen_at,
        is_present
    from present

),

priced as (

    select
        seen.subscription_id,
        seen.plan_id,
        seen.seen_at,
        seen.quantity,
        seen.is_present,
        plans.plan_name,
        plans.currency,
        plans.created_at,
        cast(floor(seen.quantity * plans.amount_cents / cast(plans.months_per_period as double) + 0.5) as bigint)
            as monthly_cents,
        lag(seen.plan_id) over (
            partition by seen.subscription_id
            order by seen.seen_at, seen.is_present, seen.plan_id
        ) as plan_before,
        lag(seen.seen_at) over (
            partition by seen.subscription_id
            order by seen.seen_at, seen.is_present, seen.plan_id
        ) as seen_before_at
    from seen
    inner join plans
        on seen.plan_id = plans.plan_id

),

changes as (

    select
        priced.subscription_id,
        priced.plan_id,
        priced.plan_name,
        priced.currency,
        priced.monthly_cents,
        -- A price is made when it comes into force, which is often some days before it is billed.
        case
            when
                priced.created_at < priced.seen_at
                and priced.created_at > coalesce(priced.seen_before_at, subscriptions.started_at)
                then priced.created_at
            when priced.plan_before is null then subscriptions.started_at
            else priced.seen_at
        end as valid_from_at,
        subscriptions.ended_at
    from priced
    inner join subscriptions
        on priced.subscription_id = subscriptions.subscription_id
    where priced.plan_id is distinct from priced.plan_before

),

ranges as (

    select
        subscription_id,
        plan_id,
        plan_name,
        currency,
        monthly_cents,
        valid_from_at,
        coalesce(
            lead(valid_from_at) over (
                partition by subscription_id
                order by valid_from_at
            ),
            ended_at
        ) as valid_to_at
    from changes

)

select
    subscription_id,
    plan_id,
    plan_name,
    currency,
    monthly_cents,
    valid_from_at,
    valid_to_at
from ranges
where
    valid_to_at is null
    or valid_to_at > valid_from_at
