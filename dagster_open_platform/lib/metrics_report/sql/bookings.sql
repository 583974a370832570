-- As `bookings` of the semantic layer.
with weeks as ({weeks})

select
    weeks.week_start,
    sum(opportunities.amount_usd) as value
from weeks
inner join {fct_opportunities} as opportunities
    on opportunities.close_date between weeks.week_start and weeks.last_day
where opportunities.is_won
group by weeks.week_start
