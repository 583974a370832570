with organizations as (

    select
        organization_id,
        organization_public_id
    from {{ ref('crm_organizations') }}

),

runs as (

    select
        organization_id,
        created_at,
        created_date,
        is_succeeded,
        is_failed
    from {{ ref('stg_cloud_product__runs') }}

),

-- The last day with a run anywhere: what the model knows, not what time it is.
last_run_day as (

    select max(created_date) as last_date
    from runs

),

run_counts as (

    select
        runs.organization_id,
        max(runs.created_at) as last_run_at,
        count(case when runs.created_date > {{ add_days('last_run_day.last_date', -28) }} then 1 end) as runs_28d,
        count(
            case when runs.is_failed and runs.created_date > {{ add_days('last_run_day.last_date', -28) }} then 1 end
        ) as failed_runs_28d,
        count(
            case when runs.is_succeeded and runs.created_date > {{ add_days('last_run_day.last_date', -28) }} then 1 end
        ) as succeeded_runs_28d,
        count(case when runs.created_date > {{ add_days('last_run_day.last_date', -7) }} then 1 end) as runs_7d,
        count(
            case
                when
                    runs.created_date > {{ add_days('last_run_day.last_date', -14) }}
                    and runs.created_date <= {{ add_days('last_run_day.last_date', -7) }} then 1
            end
        ) as runs_previous_7d
    from runs
    cross join last_run_day
    group by runs.organization_id

),

user_events as (

    select
        organization_id,
        user_id,
        event_date
    from {{ ref('stg_cloud_product__user_events_counts') }}
    where event_count > 0

),

last_event_day as (

    select max(event_date) as last_date
    from user_events

),

active_users as (

    select
        user_events.organization_id,
        count(distinct user_events.user_id) as active_users_28d
    from user_events
    inner join last_event_day
        on user_events.event_date > {{ add_days('last_event_day.last_date', -28) }}
    group by user_events.organization_id

)

select
    organizations.organization_id,
    organizations.organization_public_id,
    cast(coalesce(run_counts.runs_28d, 0) as bigint) as runs_28d,
    cast(coalesce(run_counts.failed_runs_28d, 0) as bigint) as failed_runs_28d,
    cast(coalesce(run_counts.succeeded_runs_28d, 0) as bigint) as succeeded_runs_28d,
    cast(coalesce(run_counts.runs_7d, 0) as bigint) as runs_7d,
    cast(coalesce(run_counts.runs_previous_7d, 0) as bigint) as runs_previous_7d,
    cast(coalesce(active_users.active_users_28d, 0) as bigint) as active_users_28d,
    run_counts.last_run_at
from organizations
left join run_counts
    on organizations.organization_id = run_counts.organization_id
left join active_users
    on organizations.organization_id = active_users.organization_id
