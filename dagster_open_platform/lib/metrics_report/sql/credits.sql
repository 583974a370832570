with weeks as ({weeks})

select
    weeks.week_start,
    cast(sum(usage.credit_count) as bigint) as value
from weeks
inner join {usage_metrics_daily} as usage
    on usage.usage_date between weeks.week_start and weeks.last_day
group by weeks.week_start
