with issues as (

    select
        repository,
        count(*) as issue_count,
        count(case when is_open then 1 end) as open_issue_count,
        min(created_at) as first_created_at,
        max(updated_at) as last_updated_at
    from {{ ref('stg_github__issues') }}
    group by repository

),

discussions as (

    select
        repository,
        count(*) as discussion_count,
        count(case when is_answered then 1 end) as answered_discussion_count,
        min(created_at) as first_created_at,
        max(updated_at) as last_updated_at
    from {{ ref('stg_github__discussions') }}
    group by repository

),

comments as (

    select
        repository,
        count(*) as comment_count,
        min(created_at) as first_created_at,
        max(updated_at) as last_updated_at
    from {{ ref('stg_github__comments') }}
    group by repository

),

repositories as (

    select
        repository,
        first_created_at,
        last_updated_at
    from issues
    union all
    select
        repository,
        first_created_at,
        last_updated_at
    from discussions
    union all
    select
        repository,
        first_created_at,
        last_updated_at
    from comments

),

seen as (

    select
        repository,
        min(first_created_at) as first_activity_at,
        max(last_updated_at) as last_activity_at
    from repositories
    group by repository

)

select
    seen.repository,
    split_part(seen.repository, '/', 1) as owner_name,
    split_part(seen.repository, '/', 2) as repository_name,
    seen.first_activity_at,
    seen.last_activity_at,
    coalesce(issues.issue_count, 0) as issue_count,
    coalesce(issues.open_issue_count, 0) as open_issue_count,
    coalesce(discussions.discussion_count, 0) as discussion_count,
    coalesce(discussions.answered_discussion_count, 0) as answered_discussion_count,
    coalesce(comments.comment_count, 0) as comment_count
from seen
left join issues
    on seen.repository = issues.repository
left join discussions
    on seen.repository = discussions.repository
left join comments
    on seen.repository = comments.repository
