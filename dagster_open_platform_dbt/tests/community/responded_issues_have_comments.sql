{{ config(meta={'dagster': {'ref': {'name': 'github_issue_response_times'}}}) }}

-- Responses are comments: over a repository there are never more of them than comments.
with responses as (

    select
        repository,
        sum(response_count) as response_count
    from {{ ref('github_issue_response_times') }}
    group by repository

),

comments as (

    select
        repository,
        count(*) as comment_count
    from {{ ref('stg_github__comments') }}
    group by repository

)

select
    responses.repository,
    responses.response_count,
    comments.comment_count
from responses
left join comments
    on responses.repository = comments.repository
where responses.response_count > coalesce(comments.comment_count, 0)
