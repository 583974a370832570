-- Keys that work, are older than a moment, and have not been used since a day.
select
  keys.name,
  keys.id,
  keys.created_at,
  used.last_day
from {api_keys} as keys
left join (
  select
    api_key_id,
    max(usage_date) as last_day
  from {usage}
  group by api_key_id
) as used on keys.id = used.api_key_id
where
  keys.status = 'active'
  and keys.removed_at is null
  and keys.created_at < ?
  and (used.last_day is null or used.last_day < ?)
order by keys.name, keys.id
