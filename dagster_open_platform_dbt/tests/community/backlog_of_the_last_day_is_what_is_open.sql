{{ config(meta={'dagster': {'ref': {'name': 'github_issue_backlog_daily'}}}) }}

-- At the end of the last day those issues are open that GitHub says are open.
with backlog as (

    select
        repository,
        open_count
    from {{ ref('github_issue_backlog_daily') }}
    where backlog_date = (select max(days.date_day) from {{ ref('int_community__days') }} as days)

),

issues as (

    select
        repository,
        count(*) as open_count
    from {{ ref('stg_github__issues') }}
    where is_open
    group by repository

)

select
    coalesce(issues.repository, backlog.repository) as repository,
    issues.open_count as open_issue_count,
    backlog.open_count as backlog_count
from issues
full outer join backlog
    on issues.repository = backlog.repository
where coalesce(issues.open_count, 0) <> coalesce(backlog.open_count, 0)
