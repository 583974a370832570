{# The index's logs are complete after a day or two. #}
{% set lookback = 3 %}

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_window',
        event_time='download_date',
        lookback=lookback,
        tags=['daily'],
        on_schema_change='fail'
    )
}}

with downloads as (

    select
        download_date,
        package_name,
        package_version,
        installer_name,
        download_count
    from {{ ref('stg_pypi__daily_file_downloads') }}
    where {{ in_run_window('download_date', lookback) }}

)

select
    download_date,
    package_name,
    cast(sum(download_count) as bigint) as download_count,
    cast(sum(case when installer_name = 'pip' then download_count else 0 end) as bigint) as pip_download_count,
    cast(sum(case when installer_name = 'uv' then download_count else 0 end) as bigint) as uv_download_count,
    cast(sum(case when installer_name not in ('pip', 'uv') then download_count else 0 end) as bigint)
        as other_download_count,
    count(distinct package_version) as active_version_count
from downloads
group by
    download_date,
    package_name
