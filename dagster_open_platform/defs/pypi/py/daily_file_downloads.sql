-- Dagster's packages share a prefix; dagstermill is older than the convention.
-- The table is partitioned by the day of timestamp and clustered by project: both conditions save money.
select
  date_trunc(date(timestamp), day) as download_date,
  file.project as project,
  file.version as version,
  details.installer.name as installer,
  details.python as python_version,
  count(*) as download_count
from `bigquery-public-data.pypi.file_downloads`
where
  timestamp >= @start_time
  and timestamp < @end_time
  and (project = 'dagster' or starts_with(project, 'dagster-') or project = 'dagstermill')
group by 1, 2, 3, 4, 5
