with activity as (

    select
        organization_id,
        organization_public_id,
        runs_7d,
        active_users_28d,
        {{ safe_divide('runs_7d', 'runs_previous_7d') }} as run_trend,
        {{ safe_divide('succeeded_runs_28d', 'succeeded_runs_28d + failed_runs_28d') }} as success_rate
    from {{ ref('crm_organization_activity') }}

),

organizations as (

    select
        organization_id,
        active_member_count
    from {{ ref('crm_organizations') }}

),

ratios as (

    select
        activity.organization_public_id,
        activity.runs_7d,
        activity.run_trend,
        activity.success_rate,
        {{ safe_divide('activity.active_users_28d', 'organizations.active_member_count') }} as adoption
    from activity
    inner join organizations
        on activity.organization_id = organizations.organization_id

),

-- Each is a fraction: what succeeds, what goes on, who takes part. What began in the last week goes on.
parts as (

    select
        organization_public_id,
        run_trend,
        success_rate,
        coalesce(success_rate, 0) as success_part,
        case
            when run_trend > 1 then 1
            when run_trend is null and runs_7d > 0 then 1
            else coalesce(run_trend, 0)
        end as trend_part,
        case when adoption > 1 then 1 else coalesce(adoption, 0) end as adoption_part
    from ratios

),

scored as (

    select
        organization_public_id,
        cast(floor(40 * success_part + 30 * trend_part + 30 * adoption_part + 0.5) as integer) as health_score,
        run_trend,
        success_rate
    from parts

)

select
    organization_public_id,
    health_score,
    case
        when health_score >= 70 then 'GREEN'
        when health_score >= 40 then 'YELLOW'
        else 'RED'
    end as health_band,
    run_trend,
    success_rate
from scored
