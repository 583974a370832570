with weeks as ({weeks})

select
    weeks.week_start,
    cast(sum(downloads.download_count) as bigint) as value
from weeks
inner join {stg_pypi__daily_file_downloads} as downloads
    on downloads.download_date between weeks.week_start and weeks.last_day
group by weeks.week_start
