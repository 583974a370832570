-- What was open when the last day of each week ended.
with weeks as ({weeks})

select
    weeks.week_start,
    sum(pipeline.amount_usd) as value
from weeks
inner join {pipeline_by_stage_daily} as pipeline
    on weeks.last_day = pipeline.snapshot_date
group by weeks.week_start
