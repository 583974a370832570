{{ config(meta={'dagster': {'ref': {'name': 'opportunities_by_day'}}}) }}


-- Salesforce keeps the history apart from the present; on the last day they say the same.
select
    present.opportunity_id,
    present.stage_name,
    by_day.stage_name as last_day_stage_name,
    present.amount,
    by_day.amount as last_day_amount
from {{ ref('opportunities') }} as present
inner join {{ ref('opportunities_by_day') }} as by_day
    on
        present.opportunity_id = by_day.opportunity_id
        and present.as_of_date = by_day.report_date
where
    present.stage_name <> by_day.stage_name
    or present.amount is distinct from by_day.amount
