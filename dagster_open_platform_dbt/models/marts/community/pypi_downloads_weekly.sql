with version_weeks as (

    select
        week_start,
        package_name,
        package_version,
        download_count,
        days_counted
    from {{ ref('stg_oss_analytics__dagster_pypi_downloads') }}

),

package_weeks as (

    select
        week_start,
        package_name,
        cast(sum(download_count) as bigint) as download_count,
        count(distinct package_version) as active_version_count,
        max(days_counted) as days_counted
    from version_weeks
    group by
        week_start,
        package_name

),

weeks as (

    select
        week_start,
        cast(sum(download_count) as bigint) as download_count,
        max(days_counted) as days_counted
    from package_weeks
    group by week_start

),

compared as (

    select
        package_weeks.week_start,
        package_weeks.package_name,
        package_weeks.download_count,
        weeks.download_count as all_packages_download_count,
        package_weeks.active_version_count,
        weeks.days_counted,
        weeks.days_counted = 7 as is_complete_week,
        -- A week is compared with the one right before it, and only if both are whole: half a week is no decline.
        case when weeks.days_counted = 7 and previous_weeks.days_counted = 7 then previous.download_count end
            as previous_week_download_count
    from package_weeks
    inner join weeks
        on package_weeks.week_start = weeks.week_start
    left join weeks as previous_weeks
        on package_weeks.week_start = {{ add_days('previous_weeks.week_start', 7) }}
    left join package_weeks as previous
        on
            package_weeks.package_name = previous.package_name
            and package_weeks.week_start = {{ add_days('previous.week_start', 7) }}

)

select
    week_start,
    package_name,
    download_count,
    previous_week_download_count,
    download_count - previous_week_download_count as download_change,
    {{ safe_divide('download_count - previous_week_download_count', 'previous_week_download_count') }}
        as download_change_ratio,
    {{ safe_divide('download_count', 'all_packages_download_count') }} as share_of_downloads,
    active_version_count,
    days_counted,
    is_complete_week
from compared
