{{ config(meta={'dagster': {'ref': {'name': 'github_contributors_monthly'}}}) }}

-- What is counted by month and repository is what is counted by person, and each person is new in a repository once.
with months as (

    select
        sum(contribution_count) as contribution_count,
        sum(new_contributor_count) as new_contributor_count
    from {{ ref('github_contributors_monthly') }}

),

people as (

    select
        sum(contribution_count) as contribution_count,
        sum(repository_count) as repository_count
    from {{ ref('community_contributors') }}

)

select
    months.contribution_count as monthly_contribution_count,
    people.contribution_count as personal_contribution_count,
    months.new_contributor_count,
    people.repository_count
from months
cross join people
where
    months.contribution_count <> people.contribution_count
    or months.new_contributor_count <> people.repository_count
