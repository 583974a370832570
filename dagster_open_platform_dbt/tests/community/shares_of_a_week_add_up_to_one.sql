{{ config(meta={'dagster': {'ref': {'name': 'pypi_downloads_weekly'}}}) }}

-- The packages' shares of a week are fractions of the same whole.
select
    week_start,
    sum(share_of_downloads) as total_share
from {{ ref('pypi_downloads_weekly') }}
group by week_start
having sum(share_of_downloads) not between 0.999999 and 1.000001
