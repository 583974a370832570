with issues as (

    select
        issue_id,
        issue_number,
        repository,
        author_login,
        created_at,
        closed_at,
        is_open,
        label_names,
        issue_url
    from {{ ref('stg_github__issues') }}

),

comments as (

    select
        comment_id,
        parent_id,
        author_login,
        created_at
    from {{ ref('stg_github__comments') }}
    where parent_type = 'ISSUE'

),

-- What the author adds is no response. Two deleted accounts can't be told apart, so they count as one person.
responses as (

    select
        issues.issue_id,
        min(comments.created_at) as first_response_at,
        count(*) as response_count
    from issues
    inner join comments
        on
            issues.issue_id = comments.parent_id
            and issues.author_login is distinct from comments.author_login
            and issues.created_at <= comments.created_at
    group by issues.issue_id

)

select
    issues.issue_id,
    issues.issue_number,
    issues.repository,
    issues.created_at,
    responses.first_response_at,
    issues.closed_at,
    {{ hours_between('issues.created_at', 'responses.first_response_at') }} as hours_to_first_response,
    {{ hours_between('issues.created_at', 'issues.closed_at') }} as hours_to_close,
    coalesce(responses.response_count, 0) as response_count,
    coalesce({{ json_string_count('issues.label_names') }}, 0) as label_count,
    issues.is_open,
    issues.issue_url
from issues
left join responses
    on issues.issue_id = responses.issue_id
