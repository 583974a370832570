with months as (

    select
        month_start,
        next_month_start,
        last_date,
        is_complete
    from {{ ref('int_finance__months') }}

),

contracts as (

    select
        organization_id,
        plan_name,
        valid_from,
        valid_to,
        arr_usd_cents
    from {{ ref('dim_contracts') }}

),

-- What holds on the last day of a month.
closings as (

    select
        months.month_start,
        months.next_month_start,
        contracts.organization_id,
        max(contracts.plan_name) as plan_name,
        cast(sum(contracts.arr_usd_cents) as bigint) as arr_cents
    from months
    inner join contracts
        on
            months.last_date >= contracts.valid_from
            and (contracts.valid_to is null or months.last_date < contracts.valid_to)
    group by
        months.month_start,
        months.next_month_start,
        contracts.organization_id

),

-- A month is told of whoever pays at its end or did at its beginning.
told as (

    select
        month_start,
        organization_id
    from closings
    union distinct
    select
        closings.next_month_start as month_start,
        closings.organization_id
    from closings
    inner join months
        on closings.next_month_start = months.month_start

),

firsts as (

    select
        organization_id,
        min(month_start) as first_month
    from closings
    group by organization_id

),

balances as (

    select
        told.month_start,
        told.organization_id,
        months.is_complete,
        firsts.first_month,
        coalesce(now.plan_name, earlier.plan_name) as plan_name,
        coalesce(earlier.arr_cents, 0) as opening_cents,
        coalesce(now.arr_cents, 0) as closing_cents
    from told
    inner join months
        on told.month_start = months.month_start
    inner join firsts
        on told.organization_id = firsts.organization_id
    left join closings as now
        on
            told.month_start = now.month_start
            and told.organization_id = now.organization_id
    left join closings as earlier
        on
            told.month_start = earlier.next_month_start
            and told.organization_id = earlier.organization_id

),

moved as (

    select
        month_start,
        organization_id,
        is_complete,
        first_month,
        plan_name,
        opening_cents,
        closing_cents,
        case
            when opening_cents = 0 and month_start = first_month then 'new'
            when opening_cents = 0 then 'return'
            when closing_cents = 0 then 'churn'
            when closing_cents > opening_cents then 'expansion'
            when closing_cents < opening_cents then 'contraction'
            else 'none'
        end as movement
    from balances

)

select
    month_start,
    organization_id,
    plan_name,
    movement,
    opening_cents / cast(100 as double) as opening_arr_usd,
    case when movement in ('new', 'return') then closing_cents else 0 end / cast(100 as double) as new_arr_usd,
    case when movement = 'expansion' then closing_cents - opening_cents else 0 end / cast(100 as double)
        as expansion_arr_usd,
    case when movement = 'contraction' then closing_cents - opening_cents else 0 end / cast(100 as double)
        as contraction_arr_usd,
    case when movement = 'churn' then -opening_cents else 0 end / cast(100 as double) as churn_arr_usd,
    closing_cents / cast(100 as double) as closing_arr_usd,
    first_month as first_arr_month,
    is_complete as is_complete_month
from moved
