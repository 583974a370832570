with schedule as (

    select
        month_start,
        organization_id,
        line_type,
        currency,
        earned_cents
    from {{ ref('int_finance__revenue_schedule') }}

),

months as (

    select
        month_start,
        is_complete
    from {{ ref('int_finance__months') }}

),

rates as (

    select
        currency,
        usd_per_unit
    from {{ ref('int_finance__exchange_rates') }}

),

typed as (

    select
        month_start,
        organization_id,
        currency,
        case
            when line_type = 'usage' then 'usage'
            when line_type = 'one_off' then 'services'
            else 'subscription'
        end as revenue_type,
        earned_cents
    from schedule

),

summed as (

    select
        month_start,
        organization_id,
        revenue_type,
        currency,
        cast(sum(earned_cents) as bigint) as revenue_cents
    from typed
    group by
        month_start,
        organization_id,
        revenue_type,
        currency

)

select
    summed.month_start,
    summed.organization_id,
    summed.revenue_type,
    summed.currency,
    summed.revenue_cents,
    {{ usd('summed.revenue_cents', 'rates.usd_per_unit') }} as revenue_usd,
    months.is_complete as is_complete_month
from summed
inner join months
    on summed.month_start = months.month_start
left join rates
    on summed.currency = rates.currency
