with movements as (

    select
        organization_id,
        movement_date,
        movement,
        change_arr_usd
    from {{ ref('arr_movements') }}

),

organizations as (

    select
        organization_id,
        country,
        employee_count
    from {{ ref('dim_organizations') }}

),

countries as (

    select
        country_code,
        sales_region
    from {{ ref('country_codes') }}

),

calendar as (

    select
        month_start,
        fiscal_quarter,
        quarter_start,
        quarter_end
    from {{ ref('fiscal_calendar') }}

),

as_of as (

    select as_of_date
    from {{ ref('int_finance__as_of') }}

),

targets as (

    select
        fiscal_quarter,
        segment,
        region,
        new_arr_target_usd,
        expansion_arr_target_usd,
        churn_allowance_usd
    from {{ ref('stg_google_sheets__arr_targets') }}

),

quarters as (

    select distinct
        fiscal_quarter,
        quarter_start,
        quarter_end
    from calendar

),

-- The sizes are those of the territories in sales' sheet. Who gave no number of employees counts as small, and who gave
-- no country is sold to from headquarters.
placed as (

    select
        calendar.fiscal_quarter,
        case
            when organizations.employee_count >= 1000 then 'Enterprise'
            when organizations.employee_count >= 100 then 'Mid-market'
            else 'SMB'
        end as segment,
        coalesce(countries.sales_region, 'AMER') as region,
        movements.movement,
        movements.change_arr_usd
    from movements
    inner join calendar
        on {{ month_start('movements.movement_date') }} = calendar.month_start
    left join organizations
        on movements.organization_id = organizations.organization_id
    left join countries
        on organizations.country = countries.country_code

),

actuals as (

    select
        fiscal_quarter,
        segment,
        region,
        sum(case when movement in ('new', 'return') then change_arr_usd else 0 end) as new_arr_usd,
        sum(case when movement = 'expansion' then change_arr_usd else 0 end) as expansion_arr_usd,
        sum(case when movement in ('contraction', 'churn') then -change_arr_usd else 0 end) as lost_arr_usd
    from placed
    group by
        fiscal_quarter,
        segment,
        region

),

told as (

    select
        fiscal_quarter,
        segment,
        region
    from targets
    union distinct
    select
        fiscal_quarter,
        segment,
        region
    from actuals

)

select
    told.fiscal_quarter,
    told.segment,
    told.region,
    quarters.quarter_start,
    quarters.quarter_end <= as_of.as_of_date as is_complete_quarter,
    targets.new_arr_target_usd,
    coalesce(actuals.new_arr_usd, 0) as new_arr_usd,
    {{ safe_divide('coalesce(actuals.new_arr_usd, 0)', 'targets.new_arr_target_usd') }} as new_arr_attainment,
    targets.expansion_arr_target_usd,
    coalesce(actuals.expansion_arr_usd, 0) as expansion_arr_usd,
    {{ safe_divide('coalesce(actuals.expansion_arr_usd, 0)', 'targets.expansion_arr_target_usd') }}
        as expansion_arr_attainment,
    targets.churn_allowance_usd,
    coalesce(actuals.lost_arr_usd, 0) as lost_arr_usd,
    coalesce(actuals.lost_arr_usd, 0) <= targets.churn_allowance_usd as is_within_churn_allowance
from told
inner join quarters
    on told.fiscal_quarter = quarters.fiscal_quarter
cross join as_of
left join targets
    on
        told.fiscal_quarter = targets.fiscal_quarter
        and told.segment = targets.segment
        and told.region = targets.region
left join actuals
    on
        told.fiscal_quarter = actuals.fiscal_quarter
        and told.segment = actuals.segment
        and told.region = actuals.region
