{{ config(meta={'dagster': {'ref': {'name': 'pypi_downloads_daily'}}}) }}

-- The same files counted by client and by package. Only days that both have: a daily run rebuilds some days of a week.
with by_client as (

    select
        week_start,
        sum(download_count) as download_count
    from {{ ref('oss_downloads_by_client_weekly') }}
    where is_complete_week
    group by week_start

),

by_package as (

    select
        {{ week_start('download_date') }} as week_start,
        sum(download_count) as download_count,
        count(distinct download_date) as day_count
    from {{ ref('pypi_downloads_daily') }}
    group by {{ week_start('download_date') }}

)

select
    by_client.week_start,
    by_client.download_count as client_download_count,
    by_package.download_count as package_download_count
from by_client
inner join by_package
    on by_client.week_start = by_package.week_start
where
    by_package.day_count = 7
    and by_client.download_count <> by_package.download_count
