-- What contracts are worth that hold on the last day of each week.
with weeks as ({weeks})

select
    weeks.week_start,
    sum(contracts.arr_usd_cents) / cast(100 as double) as value
from weeks
inner join {dim_contracts} as contracts
    on
        weeks.last_day >= contracts.valid_from
        and (contracts.valid_to is null or weeks.last_day < contracts.valid_to)
group by weeks.week_start
