-- {daily} is the table of daily downloads. A week starts on Monday on both engines (in Snowflake unless WEEK_START says
-- otherwise). Both bounds are Mondays.
with weeks as (
  select
    cast(date_trunc('week', download_date) as date) as week_start,
    cast(count(distinct download_date) as bigint) as days_counted
  from {daily}
  where download_date >= ? and download_date < ?
  group by 1
)

select
  weeks.week_start,
  daily.project,
  daily.version,
  cast(sum(daily.download_count) as bigint) as download_count,
  weeks.days_counted
from {daily} as daily
inner join weeks on weeks.week_start = cast(date_trunc('week', daily.download_date) as date)
where daily.download_date >= ? and daily.download_date < ?
group by weeks.week_start, daily.project, daily.version, weeks.days_counted
