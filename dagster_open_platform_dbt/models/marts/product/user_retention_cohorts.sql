with last_day as (

    select {{ week_start('last_date') }} as last_week_date
    from {{ ref('int_product__last_day') }}

),

users as (

    select
        user_id,
        {{ week_start('created_at') }} as cohort_week_date
    from {{ ref('dim_users') }}
    where
        not is_internal
        and created_at >= cast('{{ var("first_date") }}' as timestamp)

),

-- The last week may not be over yet, so it is left out.
weeks as (

    select time_spine.date_day as activity_week_date
    from {{ ref('time_spine') }} as time_spine
    inner join last_day
        on time_spine.date_day < last_day.last_week_date
    where
        time_spine.date_day >= cast('{{ var("first_date") }}' as date)
        and time_spine.date_day = {{ week_start('time_spine.date_day') }}

),

active as (

    select distinct
        user_id,
        week_start_date
    from {{ ref('int_product__user_weeks') }}

)

select
    users.cohort_week_date,
    cast({{ safe_divide(days_between('users.cohort_week_date', 'weeks.activity_week_date'), '7') }} as bigint)
        as weeks_since_sign_up,
    weeks.activity_week_date,
    count(*) as user_count,
    count(active.user_id) as active_user_count,
    {{ safe_divide('count(active.user_id)', 'count(*)') }} as retention_rate
from users
inner join weeks
    on users.cohort_week_date <= weeks.activity_week_date
left join active
    on
        users.user_id = active.user_id
        and weeks.activity_week_date = active.week_start_date
group by
    users.cohort_week_date,
    weeks.activity_week_date
