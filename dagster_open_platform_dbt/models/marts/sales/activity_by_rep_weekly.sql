with activities as (

    select
        {{ week_start('occurred_date') }} as week_start_date,
        sales_user_id,
        activity_type,
        account_id,
        email_hash,
        duration_seconds,
        is_automated,
        is_connected
    from {{ ref('fct_activities') }}
    where sales_user_id is not null

),

users as (

    select
        user_id,
        job_title,
        team_name,
        manager_user_id
    from {{ ref('dim_sales_users') }}
    where not is_machine

),

counted as (

    select
        week_start_date,
        sales_user_id,
        count(*) as activity_count,
        count(case when is_automated then 1 end) as automated_count,
        count(case when activity_type = 'call' then 1 end) as call_count,
        count(case when activity_type = 'call' and is_connected then 1 end) as connected_call_count,
        count(case when activity_type = 'email' then 1 end) as email_count,
        count(case when activity_type = 'meeting' and is_connected then 1 end) as meeting_count,
        count(case when activity_type = 'task' then 1 end) as task_count,
        count(distinct account_id) as account_count,
        count(distinct email_hash) as person_count,
        coalesce(sum(case when activity_type in ('call', 'meeting') then duration_seconds end), 0) / 3600 as talk_hours
    from activities
    group by
        week_start_date,
        sales_user_id

)

select
    counted.week_start_date,
    counted.sales_user_id as user_id,
    users.job_title,
    users.team_name,
    users.manager_user_id,
    counted.activity_count,
    counted.automated_count,
    counted.call_count,
    counted.connected_call_count,
    counted.email_count,
    counted.meeting_count,
    counted.task_count,
    counted.account_count,
    counted.person_count,
    counted.talk_hours,
    {{ safe_divide('counted.connected_call_count', 'counted.call_count') }} as connect_rate
from counted
inner join users
    on counted.sales_user_id = users.user_id
