{# An event arrives up to three days after the end of its run. #}
{% set lookback = 4 %}

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_window',
        event_time='adoption_date',
        lookback=lookback,
        tags=['daily'],
        on_schema_change='fail'
    )
}}

with last_day as (

    select last_date
    from {{ ref('int_product__last_day') }}

),

days as (

    select time_spine.date_day as adoption_date
    from {{ ref('time_spine') }} as time_spine
    inner join last_day
        on time_spine.date_day <= last_day.last_date
    where {{ in_run_window('time_spine.date_day', lookback) }}

),

organizations as (

    select
        organization_id,
        cast(created_at as date) as sign_up_date,
        cast(canceled_at as date) as cancel_date
    from {{ ref('dim_organizations') }}

),

-- Every day of an organization from its sign-up to the day on which it left.
organization_days as (

    select
        days.adoption_date,
        organizations.organization_id,
        organizations.sign_up_date
    from days
    inner join organizations
        on
            days.adoption_date >= organizations.sign_up_date
            and (organizations.cancel_date is null or days.adoption_date <= organizations.cancel_date)

),

members as (

    select
        organization_days.adoption_date,
        organization_days.organization_id,
        count(*) as member_count
    from organization_days
    inner join {{ ref('stg_cloud_product__users_organizations') }} as memberships
        on
            organization_days.organization_id = memberships.organization_id
            and organization_days.adoption_date >= cast(memberships.created_at as date)
    group by
        organization_days.adoption_date,
        organization_days.organization_id

),

user_events as (

    select
        days.adoption_date,
        events.organization_id,
        count(distinct events.user_id) as active_users_28d,
        count(distinct case when events.event_date > {{ add_days('days.adoption_date', -7) }} then events.user_id end)
            as active_users_7d,
        count(distinct case when events.event_date = days.adoption_date then events.user_id end) as active_users_1d
    from {{ ref('stg_cloud_product__user_events_counts') }} as events
    inner join days
        on
            events.event_date <= days.adoption_date
            and events.event_date > {{ add_days('days.adoption_date', -28) }}
    where events.event_count > 0
    group by
        days.adoption_date,
        events.organization_id

),

runs as (

    select
        days.adoption_date,
        runs.organization_id,
        count(*) as runs_28d,
        count(distinct runs.run_date) as run_days_28d,
        count(distinct runs.job_id) as active_jobs_28d,
        count(distinct runs.deployment_id) as active_deployments_28d
    from {{ ref('fct_runs') }} as runs
    inner join days
        on
            runs.run_date <= days.adoption_date
            and runs.run_date > {{ add_days('days.adoption_date', -28) }}
    group by
        days.adoption_date,
        runs.organization_id

)

select
    organization_days.adoption_date,
    organization_days.organization_id,
    {{ days_between('organization_days.sign_up_date', 'organization_days.adoption_date') }} as days_since_sign_up,
    coalesce(members.member_count, 0) as member_count,
    coalesce(user_events.active_users_1d, 0) as active_users_1d,
    coalesce(user_events.active_users_7d, 0) as active_users_7d,
    coalesce(user_events.active_users_28d, 0) as active_users_28d,
    coalesce(runs.runs_28d, 0) as runs_28d,
    coalesce(runs.run_days_28d, 0) as run_days_28d,
    coalesce(runs.active_jobs_28d, 0) as active_jobs_28d,
    coalesce(runs.active_deployments_28d, 0) as active_deployments_28d,
    case
        when coalesce(runs.run_days_28d, 0) = 0 and coalesce(user_events.active_users_28d, 0) = 0 then 'DORMANT'
        when coalesce(runs.run_days_28d, 0) = 0 then 'EXPLORING'
        when runs.run_days_28d < 8 then 'BUILDING'
        else 'ADOPTED'
    end as adoption_stage
from organization_days
left join members
    on
        organization_days.adoption_date = members.adoption_date
        and organization_days.organization_id = members.organization_id
left join user_events
    on
        organization_days.adoption_date = user_events.adoption_date
        and organization_days.organization_id = user_events.organization_id
left join runs
    on
        organization_days.adoption_date = runs.adoption_date
        and organization_days.organization_id = runs.organization_id
