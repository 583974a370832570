with weeks as ({weeks})

select
    weeks.week_start,
    sum(costs.cost_usd) as value
from weeks
inner join {stg_aws__aws_cost_report} as costs
    on costs.usage_date between weeks.week_start and weeks.last_day
group by weeks.week_start
