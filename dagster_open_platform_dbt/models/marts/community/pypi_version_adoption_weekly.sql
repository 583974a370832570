with downloads as (

    select
        week_start,
        package_name,
        package_version,
        split_part(package_version, '.', 1) || '.' || split_part(package_version, '.', 2) as release_series,
        -- A part that is no number, as of a pre-release, has no place in the order.
        {{ amount_from_text("split_part(package_version, '.', 1)") }} * 1000000
        + {{ amount_from_text("split_part(package_version, '.', 2)") }} as series_order,
        download_count,
        days_counted
    from {{ ref('stg_oss_analytics__dagster_pypi_downloads') }}

),

series_weeks as (

    select
        week_start,
        package_name,
        release_series,
        max(series_order) as series_order,
        cast(sum(download_count) as bigint) as download_count,
        count(distinct package_version) as version_count,
        max(days_counted) as days_counted
    from downloads
    group by
        week_start,
        package_name,
        release_series

),

package_weeks as (

    select
        week_start,
        package_name,
        max(series_order) as week_order,
        sum(download_count) as download_count
    from series_weeks
    group by
        week_start,
        package_name

),

-- The newest series is the newest that anybody has downloaded until then.
newest as (

    select
        week_start,
        package_name,
        download_count,
        max(week_order) over (
            partition by package_name
            order by week_start
            rows between unbounded preceding and current row
        ) as newest_order
    from package_weeks

)

select
    series_weeks.week_start,
    series_weeks.package_name,
    series_weeks.release_series,
    series_weeks.download_count,
    {{ safe_divide('series_weeks.download_count', 'newest.download_count') }} as share_of_package,
    coalesce(series_weeks.series_order = newest.newest_order, false) as is_newest_series,
    series_weeks.version_count,
    series_weeks.days_counted = 7 as is_complete_week
from series_weeks
inner join newest
    on
        series_weeks.week_start = newest.week_start
        and series_weeks.package_name = newest.package_name
