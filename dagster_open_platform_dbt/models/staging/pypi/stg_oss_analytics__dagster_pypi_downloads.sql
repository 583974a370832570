with source as (

    select * from {{ source('oss_analytics', 'dagster_pypi_downloads') }}

),

one_per_grain as (

    select *
    from source
    qualify row_number() over (
        partition by week_start, project, version
        order by days_counted desc, download_count desc
    ) = 1

)

select
    week_start,
    project as package_name,
    version as package_version,
    download_count,
    days_counted
from one_per_grain
