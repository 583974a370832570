with source as (

    select * from {{ source('pypi', 'daily_file_downloads') }}

),

one_per_grain as (

    select *
    from source
    qualify row_number() over (
        partition by download_date, project, version, installer, python_version
        order by download_count desc
    ) = 1

)

select
    download_date,
    project as package_name,
    version as package_version,
    coalesce(installer, 'unknown') as installer_name,
    coalesce(python_version, 'unknown') as python_version,
    download_count
from one_per_grain
