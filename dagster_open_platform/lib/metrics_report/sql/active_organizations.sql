-- As `active_organizations` of the semantic layer.
with weeks as ({weeks})

select
    weeks.week_start,
    count(distinct usage.organization_id) as value
from weeks
inner join {organization_usage_daily} as usage
    on usage.usage_date between weeks.week_start and weeks.last_day
where usage.run_count > 0 or usage.user_event_count > 0
group by weeks.week_start
