-- A week of which the index has not told every day has no number.
with weeks as ({weeks})

select
    weeks.week_start,
    cast(sum(downloads.download_count) as bigint) as value
from weeks
inner join {pypi_downloads_weekly} as downloads
    on weeks.week_start = downloads.week_start
where downloads.is_complete_week
group by weeks.week_start
