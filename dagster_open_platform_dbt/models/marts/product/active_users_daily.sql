with user_events as (

    select distinct
        user_id,
        organization_id,
        event_date
    from {{ ref('stg_cloud_product__user_events_counts') }}
    where event_count > 0

),

last_day as (

    select last_date
    from {{ ref('int_product__last_day') }}

),

internal_organizations as (

    select organization_id
    from {{ ref('dim_organizations') }}
    where is_internal

),

outside_events as (

    select
        user_events.user_id,
        user_events.organization_id,
        user_events.event_date
    from user_events
    left join internal_organizations
        on user_events.organization_id = internal_organizations.organization_id
    where internal_organizations.organization_id is null

),

days as (

    select time_spine.date_day as activity_date
    from {{ ref('time_spine') }} as time_spine
    inner join last_day
        on time_spine.date_day <= last_day.last_date
    where time_spine.date_day >= cast('{{ var("first_date") }}' as date)

),

counted as (

    select
        days.activity_date,
        count(distinct case when events.event_date = days.activity_date then events.user_id end) as daily_users,
        count(distinct case when events.event_date > {{ add_days('days.activity_date', -7) }} then events.user_id end)
            as weekly_users,
        count(distinct events.user_id) as monthly_users,
        count(distinct case when events.event_date = days.activity_date then events.organization_id end)
            as daily_organizations,
        count(distinct events.organization_id) as monthly_organizations
    from days
    left join outside_events as events
        on
            days.activity_date >= events.event_date
            and {{ add_days('days.activity_date', -28) }} < events.event_date
    group by days.activity_date

)

select
    activity_date,
    {{ days_between('cast(\'' ~ var('first_date') ~ '\' as date)', 'activity_date') }} >= 27 as has_full_window,
    daily_users,
    weekly_users,
    monthly_users,
    daily_organizations,
    monthly_organizations,
    {{ safe_divide('daily_users', 'monthly_users') }} as stickiness
from counted
