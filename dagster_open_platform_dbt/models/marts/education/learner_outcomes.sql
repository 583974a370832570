with organizations as (

    select
        organization_id,
        is_customer,
        arr_usd,
        run_count_28_days,
        as_of_date
    from {{ ref('organizations') }}
    where
        not is_internal
        and not is_canceled

),

learners as (

    select
        organization_id,
        count(distinct learner_id) as learner_count,
        sum(certificate_count) as certificate_count,
        min(cast(first_event_at as date)) as first_learning_date
    from {{ ref('fct_course_progress') }}
    where organization_id is not null
    group by organization_id

),

usage_days as (

    select
        usage_date,
        organization_id,
        run_count
    from {{ ref('organization_usage_daily') }}

),

-- The 28 days before the first day of learning, and the 28 that begin with it.
compared as (

    select
        learners.organization_id,
        sum(case when usage_days.usage_date < learners.first_learning_date then usage_days.run_count else 0 end)
            as run_count_before,
        sum(case when usage_days.usage_date >= learners.first_learning_date then usage_days.run_count else 0 end)
            as run_count_after
    from learners
    inner join usage_days
        on
            learners.organization_id = usage_days.organization_id
            and {{ add_days('learners.first_learning_date', -28) }} <= usage_days.usage_date
            and {{ add_days('learners.first_learning_date', 28) }} > usage_days.usage_date
    group by learners.organization_id

)

select
    organizations.organization_id,
    learners.organization_id is not null as has_learners,
    coalesce(learners.learner_count, 0) as learner_count,
    cast(coalesce(learners.certificate_count, 0) as bigint) as certificate_count,
    learners.first_learning_date,
    organizations.is_customer,
    organizations.arr_usd,
    organizations.run_count_28_days,
    cast(case when learners.organization_id is not null then coalesce(compared.run_count_before, 0) end as bigint)
        as run_count_before_learning,
    cast(case when learners.organization_id is not null then coalesce(compared.run_count_after, 0) end as bigint)
        as run_count_after_learning,
    coalesce(
        learners.first_learning_date >= {{ add_days("cast('" ~ var('first_date') ~ "' as date)", 28) }}
        and organizations.as_of_date >= {{ add_days('learners.first_learning_date', 27) }},
        false
    ) as is_comparable
from organizations
left join learners
    on organizations.organization_id = learners.organization_id
left join compared
    on organizations.organization_id = compared.organization_id
