-- What was charged, by day.
select
  usage_date,
  cost_type,
  model,
  currency,
  sum(amount_cents) as amount_cents
from {cost}
group by usage_date, cost_type, model, currency
order by usage_date, cost_type, model, currency
