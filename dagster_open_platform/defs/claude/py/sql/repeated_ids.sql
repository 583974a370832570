-- Ids that stand in a list more than once.
select
  id,
  cast(count(*) as bigint) as row_count
from {table}
group by id
having count(*) > 1
order by id
