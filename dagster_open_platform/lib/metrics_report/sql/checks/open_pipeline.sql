with weeks as ({weeks})

select
    weeks.week_start,
    sum(versions.amount_usd) as value
from weeks
inner join {fct_opportunity_stages} as versions
    on
        weeks.last_day >= cast(versions.valid_from as date)
        and (versions.valid_to is null or weeks.last_day < cast(versions.valid_to as date))
where not versions.is_closed
group by weeks.week_start
