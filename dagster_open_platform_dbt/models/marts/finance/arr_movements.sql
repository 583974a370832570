with contracts as (

    select
        organization_id,
        plan_name,
        valid_from,
        valid_to,
        arr_usd_cents
    from {{ ref('dim_contracts') }}

),

as_of as (

    select as_of_date
    from {{ ref('int_finance__as_of') }}

),

-- A term adds what it is worth on its first day, and takes it away on the day after its last one.
steps as (

    select
        organization_id,
        valid_from as movement_date,
        plan_name,
        arr_usd_cents as cents
    from contracts
    union all
    select
        organization_id,
        valid_to as movement_date,
        cast(null as varchar) as plan_name,
        -arr_usd_cents as cents
    from contracts
    where valid_to is not null

),

days as (

    select
        steps.organization_id,
        steps.movement_date,
        max(steps.plan_name) as plan_name,
        cast(sum(steps.cents) as bigint) as change_cents
    from steps
    inner join as_of
        on steps.movement_date <= as_of.as_of_date
    group by
        steps.organization_id,
        steps.movement_date

),

running as (

    select
        organization_id,
        movement_date,
        plan_name,
        change_cents,
        cast(sum(change_cents) over (
            partition by organization_id
            order by movement_date
            rows between unbounded preceding and current row
        ) as bigint) as closing_cents,
        row_number() over (
            partition by organization_id
            order by movement_date
        ) as place
    from days

)

select
    organization_id,
    movement_date,
    plan_name,
    case
        when place = 1 then 'new'
        when closing_cents = change_cents then 'return'
        when closing_cents = 0 then 'churn'
        when change_cents > 0 then 'expansion'
        else 'contraction'
    end as movement,
    (closing_cents - change_cents) / cast(100 as double) as opening_arr_usd,
    change_cents / cast(100 as double) as change_arr_usd,
    closing_cents / cast(100 as double) as closing_arr_usd
from running
where change_cents <> 0
