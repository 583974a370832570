with downloads as (

    select
        download_date,
        package_name,
        package_version,
        download_count
    from {{ ref('stg_pypi__daily_file_downloads') }}

),

families as (

    select
        package_name,
        package_family
    from {{ ref('oss_packages') }}

),

packages as (

    select
        package_name,
        min(download_date) as first_download_date,
        max(download_date) as last_download_date,
        cast(sum(download_count) as bigint) as download_count,
        count(distinct package_version) as version_count
    from downloads
    group by package_name

),

versions as (

    select
        package_name,
        package_version,
        cast(sum(download_count) as bigint) as download_count
    from downloads
    group by
        package_name,
        package_version

),

top_versions as (

    select
        package_name,
        package_version
    from versions
    qualify row_number() over (
        partition by package_name
        order by download_count desc, package_version desc
    ) = 1

)

select
    packages.package_name,
    coalesce(families.package_family, 'unlisted') as package_family,
    packages.first_download_date,
    packages.last_download_date,
    packages.download_count,
    packages.version_count,
    top_versions.package_version as most_downloaded_version
from packages
left join families
    on packages.package_name = families.package_name
left join top_versions
    on packages.package_name = top_versions.package_name
