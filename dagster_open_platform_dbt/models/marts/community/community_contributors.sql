with contributions as (

    select
        author_login,
        contribution_type,
        repository,
        contributed_at,
        contributed_date,
        {{ month_start('contributed_date') }} as contributed_month
    from {{ ref('int_community__github_contributions') }}

),

latest as (

    select max(contributed_date) as last_date
    from contributions

),

people as (

    select
        author_login,
        count(case when contribution_type = 'issue' then 1 end) as issue_count,
        count(case when contribution_type = 'discussion' then 1 end) as discussion_count,
        count(case when contribution_type = 'comment' then 1 end) as comment_count,
        count(*) as contribution_count,
        count(distinct repository) as repository_count,
        count(distinct contributed_month) as active_month_count,
        min(contributed_at) as first_contribution_at,
        max(contributed_at) as last_contribution_at,
        max(contributed_date) as last_contribution_date
    from contributions
    group by author_login

)

select
    people.author_login,
    people.issue_count,
    people.discussion_count,
    people.comment_count,
    people.contribution_count,
    people.repository_count,
    people.active_month_count,
    people.first_contribution_at,
    people.last_contribution_at,
    {{ days_between('people.last_contribution_date', 'latest.last_date') }} as days_since_last_contribution,
    {{ days_between('people.last_contribution_date', 'latest.last_date') }} < 90 as is_active
from people
cross join latest
