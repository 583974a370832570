-- What a person who is known by login wrote. Who closed an issue or chose an answer is not known.
with issues as (

    select
        issue_id,
        repository,
        author_login,
        created_at,
        created_date
    from {{ ref('stg_github__issues') }}

),

discussions as (

    select
        discussion_id,
        repository,
        author_login,
        created_at,
        created_date
    from {{ ref('stg_github__discussions') }}

),

comments as (

    select
        comment_id,
        repository,
        author_login,
        created_at,
        created_date
    from {{ ref('stg_github__comments') }}

)

select
    issue_id as contribution_id,
    'issue' as contribution_type,
    repository,
    author_login,
    created_at as contributed_at,
    created_date as contributed_date
from issues
where author_login is not null

union all

select
    discussion_id as contribution_id,
    'discussion' as contribution_type,
    repository,
    author_login,
    created_at as contributed_at,
    created_date as contributed_date
from discussions
where author_login is not null

union all

select
    comment_id as contribution_id,
    'comment' as contribution_type,
    repository,
    author_login,
    created_at as contributed_at,
    created_date as contributed_date
from comments
where author_login is not null
