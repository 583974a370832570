{{ config(meta={'dagster': {'ref': {'name': 'organizations_by_day'}}}) }}


-- The table of the present and that of the days are computed apart; on the last day they say the same.
with last_day as (

    select
        organization_id,
        is_canceled,
        contract_id,
        arr_usd,
        run_count_28_days
    from {{ ref('organizations_by_day') }}
    where report_date = (select max(present.as_of_date) from {{ ref('organizations') }} as present)

)

select
    coalesce(present.organization_id, last_day.organization_id) as organization_id,
    present.arr_usd,
    last_day.arr_usd as last_day_arr_usd,
    present.run_count_28_days,
    last_day.run_count_28_days as last_day_run_count_28_days
from {{ ref('organizations') }} as present
full outer join last_day
    on present.organization_id = last_day.organization_id
where
    present.is_canceled is distinct from last_day.is_canceled
    or present.contract_id is distinct from last_day.contract_id
    or present.arr_usd is distinct from last_day.arr_usd
    or present.run_count_28_days is distinct from last_day.run_count_28_days
