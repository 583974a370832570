-- Rows of each day of a range in one of the reports; days without rows are not in it.
select
  usage_date,
  cast(count(*) as bigint) as row_count
from {table}
where usage_date >= ? and usage_date < ?
group by usage_date
