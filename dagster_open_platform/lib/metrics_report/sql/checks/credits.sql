with weeks as ({weeks})

select
    weeks.week_start,
    cast(sum(steps.credit_count) as bigint) as value
from weeks
inner join {fct_steps} as steps
    on steps.run_date between weeks.week_start and weeks.last_day
group by weeks.week_start
