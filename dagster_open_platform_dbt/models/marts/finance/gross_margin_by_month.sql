with revenue as (

    select
        month_start,
        organization_id,
        sum(revenue_usd) as revenue_usd
    from {{ ref('revenue_by_month') }}
    where organization_id is not null
    group by
        month_start,
        organization_id

),

aws as (

    select
        month_start,
        organization_id,
        sum(cost_usd) as cost_usd
    from {{ ref('aws_cost_per_organization') }}
    where organization_id is not null
    group by
        month_start,
        organization_id

),

ai as (

    select
        month_start,
        organization_id,
        sum(cost_usd) as cost_usd
    from {{ ref('ai_cost_per_organization') }}
    where organization_id is not null
    group by
        month_start,
        organization_id

),

fees as (

    select
        {{ month_start('transaction_date') }} as month_start,
        organization_id,
        sum(fee_usd) as cost_usd
    from {{ ref('fct_balance_transactions') }}
    where organization_id is not null
    group by
        {{ month_start('transaction_date') }},
        organization_id

),

organizations as (

    select
        organization_id,
        plan,
        is_internal
    from {{ ref('dim_organizations') }}

),

months as (

    select
        month_start,
        is_complete
    from {{ ref('int_finance__months') }}

),

-- Before the first month of AWS's report a margin would be all revenue.
known_months as (

    select distinct month_start
    from aws

),

told as (

    select
        month_start,
        organization_id
    from revenue
    union distinct
    select
        month_start,
        organization_id
    from aws
    union distinct
    select
        month_start,
        organization_id
    from ai

),

summed as (

    select
        told.month_start,
        told.organization_id,
        coalesce(revenue.revenue_usd, 0) as revenue_usd,
        coalesce(aws.cost_usd, 0) as aws_cost_usd,
        coalesce(ai.cost_usd, 0) as ai_cost_usd,
        coalesce(fees.cost_usd, 0) as payment_fee_usd
    from told
    inner join known_months
        on told.month_start = known_months.month_start
    left join revenue
        on
            told.month_start = revenue.month_start
            and told.organization_id = revenue.organization_id
    left join aws
        on
            told.month_start = aws.month_start
            and told.organization_id = aws.organization_id
    left join ai
        on
            told.month_start = ai.month_start
            and told.organization_id = ai.organization_id
    left join fees
        on
            told.month_start = fees.month_start
            and told.organization_id = fees.organization_id

)

select
    summed.month_start,
    summed.organization_id,
    organizations.plan,
    coalesce(organizations.is_internal, false) as is_internal,
    summed.revenue_usd,
    summed.aws_cost_usd,
    summed.ai_cost_usd,
    summed.payment_fee_usd,
    summed.revenue_usd - summed.aws_cost_usd - summed.ai_cost_usd - summed.payment_fee_usd as gross_profit_usd,
    {{ safe_divide(
        'summed.revenue_usd - summed.aws_cost_usd - summed.ai_cost_usd - summed.payment_fee_usd',
        'summed.revenue_usd'
    ) }} as gross_margin,
    months.is_complete as is_complete_month
from summed
inner join months
    on summed.month_start = months.month_start
left join organizations
    on summed.organization_id = organizations.organization_id
