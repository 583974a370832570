{{ config(meta={'dagster': {'ref': {'name': 'pipeline_by_stage_daily'}}}) }}

with days as (

    select distinct snapshot_date
    from {{ ref('pipeline_by_stage_daily') }}

),

-- Counted anew from when opportunities were created and closed, without their history.
expected as (

    select
        days.snapshot_date,
        count(*) as opportunity_count
    from days
    inner join {{ ref('fct_opportunities') }} as opportunities
        on
            days.snapshot_date >= opportunities.created_date
            and (
                opportunities.closed_date is null
                or (days.snapshot_date < opportunities.closed_date and not opportunities.is_entered_afterwards)
            )
    group by days.snapshot_date

),

actual as (

    select
        snapshot_date,
        cast(sum(opportunity_count) as bigint) as opportunity_count
    from {{ ref('pipeline_by_stage_daily') }}
    group by snapshot_date

)

select
    coalesce(expected.snapshot_date, actual.snapshot_date) as snapshot_date,
    expected.opportunity_count as expected_count,
    actual.opportunity_count as actual_count
from expected
full outer join actual
    on expected.snapshot_date = actual.snapshot_date
where expected.opportunity_count is distinct from actual.opportunity_count
