-- Keys that were used and are not in the list of keys, since a day.
select
  used.api_key_id,
  min(used.usage_date) as first_day,
  max(used.usage_date) as last_day
from {usage} as used
left join {api_keys} as known on used.api_key_id = known.id
where used.usage_date >= ? and used.api_key_id is not null and known.id is null
group by used.api_key_id
order by used.api_key_id
