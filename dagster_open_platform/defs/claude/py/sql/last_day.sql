-- The last day of which there is usage; null if there is none.
select max(usage_date) as last_day
from {usage}
