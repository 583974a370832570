-- A table and not incremental: an issue that is opened again was open all the time, as far as GitHub tells.
with days as (

    select date_day
    from {{ ref('int_community__days') }}

),

issues as (

    select
        issue_id,
        repository,
        cast(created_at as date) as created_date,
        cast(closed_at as date) as closed_date,
        cast(first_response_at as date) as first_response_date
    from {{ ref('github_issue_response_times') }}

)

select
    days.date_day as backlog_date,
    issues.repository,
    count(case when issues.created_date = days.date_day then 1 end) as opened_count,
    count(case when issues.closed_date = days.date_day then 1 end) as closed_count,
    count(case when issues.closed_date is null or issues.closed_date > days.date_day then 1 end) as open_count,
    count(
        case
            when
                (issues.closed_date is null or issues.closed_date > days.date_day)
                and (issues.first_response_date is null or issues.first_response_date > days.date_day)
                then 1
        end
    ) as unanswered_count,
    count(
        case
            when
                (issues.closed_date is null or issues.closed_date > days.date_day)
                and {{ days_between('issues.created_date', 'days.date_day') }} > 90
                then 1
        end
    ) as stale_count,
    {{ median("case when issues.closed_date is null or issues.closed_date > days.date_day then "
        ~ days_between('issues.created_date', 'days.date_day') ~ " end") }} as median_days_open
from days
inner join issues
    on
        days.date_day >= issues.created_date
        and (issues.closed_date is null or days.date_day <= issues.closed_date)
group by
    days.date_day,
    issues.repository
