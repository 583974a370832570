with contributions as (

    select
        repository,
        author_login,
        contribution_type,
        {{ month_start('contributed_date') }} as contributed_month
    from {{ ref('int_community__github_contributions') }}

),

person_months as (

    select
        contributed_month,
        repository,
        author_login,
        count(*) as contribution_count,
        count(case when contribution_type = 'comment' then 1 end) as comment_count
    from contributions
    group by
        contributed_month,
        repository,
        author_login

),

compared as (

    select
        contributed_month,
        repository,
        contribution_count,
        comment_count,
        lag(contributed_month) over (
            partition by repository, author_login
            order by contributed_month
        ) as month_before,
        row_number() over (
            partition by contributed_month, repository
            order by contribution_count desc, author_login asc
        ) as place
    from person_months

)

select
    contributed_month as month_start,
    repository,
    count(*) as contributor_count,
    count(case when month_before is null then 1 end) as new_contributor_count,
    count(case when month_before = {{ add_months('contributed_month', -1) }} then 1 end) as retained_contributor_count,
    count(case when month_before < {{ add_months('contributed_month', -1) }} then 1 end) as returning_contributor_count,
    cast(sum(contribution_count) as bigint) as contribution_count,
    cast(sum(comment_count) as bigint) as comment_count,
    {{ safe_divide('sum(case when place <= 10 then contribution_count else 0 end)', 'sum(contribution_count)') }}
        as share_of_ten_busiest
from compared
group by
    contributed_month,
    repository
