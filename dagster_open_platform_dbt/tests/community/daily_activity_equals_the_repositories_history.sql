{{ config(meta={'dagster': {'ref': {'name': 'github_activity_daily'}}}) }}

-- On the days that the mart holds, every issue that was opened is counted once.
with built_days as (

    select distinct activity_date
    from {{ ref('github_activity_daily') }}

),

opened as (

    select
        issues.created_date as activity_date,
        issues.repository,
        count(*) as issues_opened
    from {{ ref('stg_github__issues') }} as issues
    inner join built_days
        on issues.created_date = built_days.activity_date
    group by
        issues.created_date,
        issues.repository

),

counted as (

    select
        activity_date,
        repository,
        issues_opened
    from {{ ref('github_activity_daily') }}

)

select
    coalesce(opened.activity_date, counted.activity_date) as activity_date,
    coalesce(opened.repository, counted.repository) as repository,
    opened.issues_opened as staged_issues_opened,
    counted.issues_opened as counted_issues_opened
from opened
full outer join counted
    on
        opened.activity_date = counted.activity_date
        and opened.repository = counted.repository
where coalesce(opened.issues_opened, 0) <> coalesce(counted.issues_opened, 0)
