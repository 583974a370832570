{{ config(meta={'dagster': {'ref': {'name': 'accounts_by_day'}}}) }}


-- Salesforce keeps the history apart from the present; on the last day they say the same.
select
    present.account_id,
    present.account_type,
    by_day.account_type as last_day_account_type,
    present.open_pipeline_usd,
    by_day.open_pipeline_usd as last_day_open_pipeline_usd
from {{ ref('accounts') }} as present
inner join {{ ref('accounts_by_day') }} as by_day
    on
        present.account_id = by_day.account_id
        and present.as_of_date = by_day.report_date
where
    present.account_type <> by_day.account_type
    or present.owner_user_id is distinct from by_day.owner_user_id
    or present.open_opportunity_count <> by_day.open_opportunity_count
    or abs(present.open_pipeline_usd - by_day.open_pipeline_usd) > 0.005
