with organizations as (

    select
        organization_id,
        {{ month_start('created_at') }} as cohort_month
    from {{ ref('dim_organizations') }}
    where not is_internal

),

-- The checklist is kept for organizations of the US alone.
items as (

    select
        organization_id,
        onboarding_step,
        is_completed,
        created_at,
        completed_at,
        case onboarding_step
            when 'CREATE_ORGANIZATION' then 1
            when 'INVITE_TEAM' then 2
            when 'ADD_LOCATION' then 3
            when 'FIRST_RUN' then 4
            when 'ADD_SCHEDULE' then 5
            when 'SET_ALERT' then 6
        end as step_number
    from {{ ref('stg_cloud_product__onboarding_checklist') }}

),

-- An organization went through a step in order if it did that step and all before it.
ordered as (

    select
        organization_id,
        onboarding_step,
        step_number,
        is_completed,
        case when is_completed then {{ hours_between('created_at', 'completed_at') }} end as hours_to_completion,
        count(case when is_completed then 1 end) over (
            partition by organization_id
            order by step_number
            rows between unbounded preceding and current row
        ) = step_number as is_reached_in_order
    from items

)

select
    organizations.cohort_month,
    ordered.step_number,
    ordered.onboarding_step,
    count(*) as organization_count,
    count(case when ordered.is_completed then 1 end) as completed_count,
    count(case when ordered.is_reached_in_order then 1 end) as reached_in_order_count,
    {{ safe_divide('count(case when ordered.is_reached_in_order then 1 end)', 'count(*)') }} as conversion,
    {{ median('ordered.hours_to_completion') }} as median_hours_to_completion
from ordered
inner join organizations
    on ordered.organization_id = organizations.organization_id
group by
    organizations.cohort_month,
    ordered.step_number,
    ordered.onboarding_step
