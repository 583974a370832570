with last_day as (

    select last_date
    from {{ ref('int_product__last_day') }}

),

organizations as (

    select
        organization_id,
        {{ month_start('created_at') }} as cohort_month
    from {{ ref('dim_organizations') }}
    where not is_internal

),

months as (

    select distinct {{ month_start('time_spine.date_day') }} as activity_month
    from {{ ref('time_spine') }} as time_spine
    inner join last_day
        on time_spine.date_day <= last_day.last_date
    where time_spine.date_day >= cast('{{ var("first_date") }}' as date)

),

active as (

    select distinct
        organization_id,
        {{ month_start('usage_date') }} as activity_month
    from {{ ref('organization_usage_daily') }}

),

cohorts as (

    select
        organizations.cohort_month,
        months.activity_month,
        organizations.organization_id
    from organizations
    inner join months
        on organizations.cohort_month <= months.activity_month

)

-- What was active before the data begins is not known: older cohorts have no first months.
select
    cohorts.cohort_month,
    cohorts.activity_month,
    {{ months_between('cohorts.cohort_month', 'cohorts.activity_month') }} as months_since_sign_up,
    count(*) as organization_count,
    count(active.organization_id) as active_organization_count,
    {{ safe_divide('count(active.organization_id)', 'count(*)') }} as retention_rate
from cohorts
left join active
    on
        cohorts.organization_id = active.organization_id
        and cohorts.activity_month = active.activity_month
group by
    cohorts.cohort_month,
    cohorts.activity_month
