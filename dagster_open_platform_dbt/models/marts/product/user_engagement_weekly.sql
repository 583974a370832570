with weeks as (

    select
        week_start_date,
        user_id,
        organization_id,
        active_day_count,
        event_kind_count,
        event_count,
        launch_count,
        policy_edit_count,
        view_count
    from {{ ref('int_product__user_weeks') }}

)

select
    week_start_date,
    user_id,
    organization_id,
    active_day_count,
    event_kind_count,
    event_count,
    launch_count,
    policy_edit_count,
    view_count,
    -- Who runs or changes something builds; who comes on most working days has made it a habit.
    case
        when active_day_count >= 3 and launch_count + policy_edit_count > 0 then 'POWER'
        when launch_count + policy_edit_count > 0 then 'BUILDER'
        when active_day_count >= 2 then 'REGULAR'
        else 'CASUAL'
    end as engagement_level,
    lag(week_start_date) over (partition by user_id, organization_id order by week_start_date)
        as previous_active_week_date
from weeks
