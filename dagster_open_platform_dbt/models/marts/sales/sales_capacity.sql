with planned as (

    select
        month_start_date,
        department,
        planned_headcount,
        actual_headcount,
        open_role_count,
        budget_usd
    from {{ ref('stg_google_sheets__headcount_plan') }}

),

activities as (

    select
        {{ month_start('activities.occurred_date') }} as month_start_date,
        case
            when people.job_title = 'Customer Success Manager' then 'Customer Success'
            else people.department
        end as department,
        count(distinct activities.sales_user_id) as working_user_count,
        count(*) as activity_count
    from {{ ref('fct_activities') }} as activities
    inner join {{ ref('dim_sales_users') }} as people
        on activities.sales_user_id = people.user_id
    group by
        {{ month_start('activities.occurred_date') }},
        case
            when people.job_title = 'Customer Success Manager' then 'Customer Success'
            else people.department
        end

),

won as (

    select
        {{ month_start('closed_date') }} as month_start_date,
        sum(amount_usd) as won_amount_usd
    from {{ ref('fct_opportunities') }}
    where is_won
    group by {{ month_start('closed_date') }}

)

select
    planned.month_start_date,
    planned.department,
    planned.planned_headcount,
    planned.actual_headcount,
    planned.open_role_count,
    planned.actual_headcount - planned.planned_headcount as headcount_gap,
    planned.budget_usd,
    coalesce(activities.working_user_count, 0) as working_user_count,
    coalesce(activities.activity_count, 0) as activity_count,
    {{ safe_divide('activities.activity_count', 'activities.working_user_count') }} as activities_per_user,
    -- Only sales closes opportunities.
    case
        when planned.department = 'Sales'
            then {{ safe_divide('won.won_amount_usd', 'planned.actual_headcount') }}
    end as won_amount_per_head_usd
from planned
left join activities
    on
        planned.month_start_date = activities.month_start_date
        and planned.department = activities.department
left join won
    on planned.month_start_date = won.month_start_date
