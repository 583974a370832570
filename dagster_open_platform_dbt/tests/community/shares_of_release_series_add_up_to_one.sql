{{ config(meta={'dagster': {'ref': {'name': 'pypi_version_adoption_weekly'}}}) }}

-- All series of a package are fractions of the same whole, and one of them at most is the newest.
select
    week_start,
    package_name,
    sum(share_of_package) as total_share
from {{ ref('pypi_version_adoption_weekly') }}
group by
    week_start,
    package_name
having
    sum(share_of_package) not between 0.999999 and 1.000001
    or count(case when is_newest_series then 1 end) > 1
