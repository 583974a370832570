with weeks as ({weeks})

select
    weeks.week_start,
    count(*) as value
from weeks
inner join {stg_cloud_product__runs} as runs
    on runs.created_date between weeks.week_start and weeks.last_day
group by weeks.week_start
