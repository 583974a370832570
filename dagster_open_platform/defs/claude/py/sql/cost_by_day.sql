-- What a day cost in all.
select
  usage_date,
  cast(sum(amount_cents) as double) as cents
from {cost}
group by usage_date
order by usage_date
