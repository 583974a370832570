-- A list as it was last time, with those who are gone from it.
select *
from {table}
