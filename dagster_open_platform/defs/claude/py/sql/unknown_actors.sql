-- Users of Claude Code who are not in the list of users, nor ever were, since a day.
select
  code.actor,
  min(code.usage_date) as first_day,
  max(code.usage_date) as last_day
from {claude_code} as code
left join {users} as known on lower(code.actor) = lower(known.email)
where code.usage_date >= ? and code.actor_type = 'user_actor' and known.id is null
group by code.actor
order by code.actor
