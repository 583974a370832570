with weeks as ({weeks})

select
    weeks.week_start,
    sum(opportunities.amount / currencies.units_per_usd) as value
from weeks
inner join {stg_salesforce__opportunity} as opportunities
    on opportunities.close_date between weeks.week_start and weeks.last_day
left join {stg_salesforce__currency_type} as currencies
    on opportunities.currency = currencies.currency
where opportunities.is_won
group by weeks.week_start
