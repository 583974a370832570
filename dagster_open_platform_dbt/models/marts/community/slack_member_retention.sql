with member_days as (

    select
        {{ month_start('activity_date') }} as activity_month,
        activity_date,
        slack_user_id,
        is_active,
        channel_message_count
    from {{ ref('stg_slack__member_analytics') }}

),

members as (

    select
        slack_user_id,
        {{ month_start('joined_date') }} as cohort_month
    from {{ ref('dim_slack_members') }}
    where joined_date >= cast('{{ var("first_date") }}' as date)

),

cohorts as (

    select
        cohort_month,
        count(*) as cohort_size
    from members
    group by cohort_month

),

months as (

    select
        activity_month,
        max(activity_date) as last_date,
        row_number() over (order by activity_month) as month_number
    from member_days
    group by activity_month

),

active as (

    select
        members.cohort_month,
        member_days.activity_month,
        count(distinct member_days.slack_user_id) as member_count,
        count(distinct case when member_days.is_active then member_days.slack_user_id end) as active_member_count,
        count(distinct case when member_days.channel_message_count > 0 then member_days.slack_user_id end)
            as posting_member_count
    from members
    inner join member_days
        on members.slack_user_id = member_days.slack_user_id
    group by
        members.cohort_month,
        member_days.activity_month

)

select
    cohorts.cohort_month,
    months.activity_month,
    months.month_number - first_months.month_number as months_since_joining,
    cohorts.cohort_size,
    coalesce(active.member_count, 0) as member_count,
    coalesce(active.active_member_count, 0) as active_member_count,
    coalesce(active.posting_member_count, 0) as posting_member_count,
    {{ safe_divide('coalesce(active.active_member_count, 0)', 'cohorts.cohort_size') }} as active_ratio,
    {{ safe_divide('coalesce(active.posting_member_count, 0)', 'cohorts.cohort_size') }} as posting_ratio,
    {{ add_days('months.last_date', 1) }} = {{ add_months('months.activity_month', 1) }} as is_complete_month
from cohorts
inner join months as first_months
    on cohorts.cohort_month = first_months.activity_month
inner join months
    on cohorts.cohort_month <= months.activity_month
left join active
    on
        cohorts.cohort_month = active.cohort_month
        and months.activity_month = active.activity_month
