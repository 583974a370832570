{{ config(meta={'dagster': {'ref': {'name': 'pypi_downloads_weekly'}}}) }}

-- Every complete week equals the sum of its days, package by package. A week of which a day is not in the daily table
-- (a branch deployment that loaded a range) says nothing.
with daily as (

    select
        {{ week_start('download_date') }} as week_start,
        package_name,
        download_date,
        download_count
    from {{ ref('stg_pypi__daily_file_downloads') }}

),

whole_weeks as (

    select week_start
    from daily
    group by week_start
    having count(distinct download_date) = 7

),

from_days as (

    select
        daily.week_start,
        daily.package_name,
        sum(daily.download_count) as download_count
    from daily
    inner join whole_weeks
        on daily.week_start = whole_weeks.week_start
    group by
        daily.week_start,
        daily.package_name

),

from_weeks as (

    select
        mart.week_start,
        mart.package_name,
        mart.download_count
    from {{ ref('pypi_downloads_weekly') }} as mart
    inner join whole_weeks
        on mart.week_start = whole_weeks.week_start
    where mart.is_complete_week

),

complete_weeks as (

    select distinct week_start
    from from_weeks

)

select
    coalesce(from_days.week_start, from_weeks.week_start) as week_start,
    coalesce(from_days.package_name, from_weeks.package_name) as package_name,
    from_days.download_count as daily_download_count,
    from_weeks.download_count as weekly_download_count
from from_days
inner join complete_weeks
    on from_days.week_start = complete_weeks.week_start
full outer join from_weeks
    on
        from_days.week_start = from_weeks.week_start
        and from_days.package_name = from_weeks.package_name
where from_days.download_count is distinct from from_weeks.download_count
