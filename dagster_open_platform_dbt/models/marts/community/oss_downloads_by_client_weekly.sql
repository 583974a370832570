with downloads as (

    select
        {{ week_start('download_date') }} as week_start,
        download_date,
        package_name,
        installer_name,
        case
            when python_version = 'unknown' then 'unknown'
            else split_part(python_version, '.', 1) || '.' || split_part(python_version, '.', 2)
        end as python_series,
        download_count
    from {{ ref('stg_pypi__daily_file_downloads') }}

),

families as (

    select
        package_name,
        package_family
    from {{ ref('oss_packages') }}

),

clients as (

    select
        installer_name,
        client_kind
    from {{ ref('download_clients') }}

),

weeks as (

    select
        week_start,
        count(distinct download_date) as days_counted,
        sum(download_count) as download_count
    from downloads
    group by week_start

),

by_client as (

    select
        downloads.week_start,
        coalesce(families.package_family, 'unlisted') as package_family,
        downloads.installer_name,
        downloads.python_series,
        coalesce(clients.client_kind, 'other') as client_kind,
        cast(sum(downloads.download_count) as bigint) as download_count,
        count(distinct downloads.package_name) as package_count
    from downloads
    left join families
        on downloads.package_name = families.package_name
    left join clients
        on downloads.installer_name = clients.installer_name
    group by
        downloads.week_start,
        coalesce(families.package_family, 'unlisted'),
        downloads.installer_name,
        downloads.python_series,
        coalesce(clients.client_kind, 'other')

)

select
    by_client.week_start,
    by_client.package_family,
    by_client.installer_name,
    by_client.python_series,
    by_client.client_kind,
    by_client.download_count,
    by_client.package_count,
    {{ safe_divide('by_client.download_count', 'weeks.download_count') }} as share_of_week,
    weeks.days_counted = 7 as is_complete_week
from by_client
inner join weeks
    on by_client.week_start = weeks.week_start
