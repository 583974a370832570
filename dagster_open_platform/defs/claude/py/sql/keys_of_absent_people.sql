-- Keys that work although whoever made them is no longer in the organization.
select
  keys.name,
  keys.id,
  keys.created_by_id,
  people.email,
  people.removed_at
from {api_keys} as keys
left join {users} as people on keys.created_by_id = people.id
where
  keys.status = 'active'
  and keys.removed_at is null
  and keys.created_by_id is not null
  and (people.id is null or people.removed_at is not null)
order by keys.name, keys.id
