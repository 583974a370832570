with weeks as (

    select
        week_start_date,
        organization_id,
        user_id,
        engagement_level,
        active_day_count,
        event_count
    from {{ ref('user_engagement_weekly') }}

),

activity as (

    select
        week_start_date,
        organization_id,
        count(*) as active_user_count,
        count(case when engagement_level in ('POWER', 'BUILDER') then 1 end) as building_user_count,
        count(case when engagement_level = 'POWER' then 1 end) as power_user_count,
        cast(sum(active_day_count) as bigint) as user_day_count,
        cast(sum(event_count) as bigint) as event_count
    from weeks
    group by
        week_start_date,
        organization_id

),

runs as (

    select
        {{ week_start('usage_date') }} as week_start_date,
        organization_id,
        cast(sum(run_count) as bigint) as run_count,
        cast(sum(credit_count) as bigint) as credit_count
    from {{ ref('usage_metrics_daily') }}
    group by
        {{ week_start('usage_date') }},
        organization_id

),

organizations as (

    select
        organization_id,
        active_member_count
    from {{ ref('dim_organizations') }}
    where not is_internal

),

together as (

    select
        coalesce(activity.week_start_date, runs.week_start_date) as week_start_date,
        coalesce(activity.organization_id, runs.organization_id) as organization_id,
        coalesce(activity.active_user_count, 0) as active_user_count,
        coalesce(activity.building_user_count, 0) as building_user_count,
        coalesce(activity.power_user_count, 0) as power_user_count,
        coalesce(activity.user_day_count, 0) as user_day_count,
        coalesce(activity.event_count, 0) as event_count,
        coalesce(runs.run_count, 0) as run_count,
        coalesce(runs.credit_count, 0) as credit_count
    from activity
    full outer join runs
        on
            activity.week_start_date = runs.week_start_date
            and activity.organization_id = runs.organization_id

),

shares as (

    select
        together.week_start_date,
        together.organization_id,
        together.active_user_count,
        together.building_user_count,
        together.power_user_count,
        together.user_day_count,
        together.event_count,
        together.run_count,
        together.credit_count,
        case
            when organizations.active_member_count = 0 then 0
            when together.active_user_count >= organizations.active_member_count then 1
            else together.active_user_count / cast(organizations.active_member_count as double)
        end as member_share,
        coalesce({{ safe_divide('together.building_user_count', 'together.active_user_count') }}, 0) as building_share
    from together
    inner join organizations
        on together.organization_id = organizations.organization_id

)

-- Half of the score for members who take part, thirty points for those of them who build, twenty if anything ran.
select
    week_start_date,
    organization_id,
    active_user_count,
    building_user_count,
    power_user_count,
    user_day_count,
    event_count,
    run_count,
    credit_count,
    cast(
        floor(50 * member_share + 30 * building_share + case when run_count > 0 then 20 else 0 end + 0.5) as bigint
    ) as engagement_score
from shares
