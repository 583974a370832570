with users as (

    select
        user_id,
        email
    from {{ ref('crm_users') }}

),

user_events as (

    select
        user_id,
        event_date,
        event_count
    from {{ ref('stg_cloud_product__user_events_counts') }}
    where event_count > 0

),

-- The last day on which anybody did anything.
last_event_day as (

    select max(event_date) as last_date
    from user_events

),

ever as (

    select
        user_id,
        max(event_date) as last_active_date
    from user_events
    group by user_id

),

recent as (

    select
        user_events.user_id,
        count(distinct user_events.event_date) as active_days_28d,
        sum(user_events.event_count) as event_count_28d
    from user_events
    inner join last_event_day
        on user_events.event_date > {{ add_days('last_event_day.last_date', -28) }}
    group by user_events.user_id

)

select
    users.user_id,
    users.email,
    ever.last_active_date,
    cast(coalesce(recent.active_days_28d, 0) as bigint) as active_days_28d,
    cast(coalesce(recent.event_count_28d, 0) as bigint) as event_count_28d
from users
left join ever
    on users.user_id = ever.user_id
left join recent
    on users.user_id = recent.user_id
