{{ config(meta={'dagster': {'ref': {'name': 'pypi_downloads_daily'}}}) }}

-- The days that the mart holds hold everything that staging knows about them.
with staging as (

    select
        download_date,
        package_name,
        sum(download_count) as download_count
    from {{ ref('stg_pypi__daily_file_downloads') }}
    group by
        download_date,
        package_name

),

mart as (

    select
        download_date,
        package_name,
        download_count
    from {{ ref('pypi_downloads_daily') }}

),

built_days as (

    select distinct download_date
    from mart

)

select
    coalesce(staging.download_date, mart.download_date) as download_date,
    coalesce(staging.package_name, mart.package_name) as package_name,
    staging.download_count as staging_download_count,
    mart.download_count as mart_download_count
from staging
inner join built_days
    on staging.download_date = built_days.download_date
full outer join mart
    on
        staging.download_date = mart.download_date
        and staging.package_name = mart.package_name
where staging.download_count is distinct from mart.download_count
