with weeks as (

    select distinct week_start
    from {{ ref('int_community__days') }}

),

contributions as (

    select
        {{ week_start('contributed_date') }} as week_start,
        count(*) as contribution_count,
        count(distinct author_login) as contributor_count
    from {{ ref('int_community__github_contributions') }}
    group by {{ week_start('contributed_date') }}

),

backlog as (

    select
        {{ week_start('backlog_date') }} as week_start,
        backlog_date,
        sum(opened_count) as opened_count,
        sum(closed_count) as closed_count,
        sum(open_count) as open_count,
        row_number() over (
            partition by {{ week_start('backlog_date') }}
            order by backlog_date desc
        ) as day_from_end
    from {{ ref('github_issue_backlog_daily') }}
    group by backlog_date

),

issues as (

    select
        week_start,
        sum(opened_count) as issues_opened,
        sum(closed_count) as issues_closed,
        max(case when day_from_end = 1 then open_count end) as open_issue_count
    from backlog
    group by week_start

),

responses as (

    select
        {{ week_start('cast(created_at as date)') }} as week_start,
        {{ median('hours_to_first_response') }} as median_hours_to_first_response
    from {{ ref('github_issue_response_times') }}
    group by {{ week_start('cast(created_at as date)') }}

),

slack_days as (

    select
        {{ week_start('activity_date') }} as week_start,
        activity_date,
        member_count,
        new_member_count,
        active_member_count,
        channel_message_count,
        row_number() over (
            partition by {{ week_start('activity_date') }}
            order by activity_date desc
        ) as day_from_end
    from {{ ref('slack_activity_daily') }}

),

slack as (

    select
        week_start,
        count(*) as days_counted,
        max(case when day_from_end = 1 then member_count end) as member_count,
        sum(new_member_count) as new_member_count,
        avg(cast(active_member_count as double)) as active_members_a_day,
        sum(channel_message_count) as message_count
    from slack_days
    group by week_start

),

download_days as (

    select
        {{ week_start('download_date') }} as week_start,
        download_date,
        download_count
    from {{ ref('pypi_downloads_daily') }}

),

downloads as (

    select
        week_start,
        count(distinct download_date) as days_counted,
        sum(download_count) as download_count
    from download_days
    group by week_start

),

audience_days as (

    select
        {{ week_start('activity_date') }} as week_start,
        activity_date,
        platform,
        follower_gain - coalesce(follower_loss, 0) as follower_change,
        view_count
    from {{ ref('social_audience_daily') }}

),

audience as (

    select
        week_start,
        count(distinct case when platform = 'linkedin' then activity_date end) as linkedin_days_counted,
        count(distinct case when platform = 'youtube' then activity_date end) as youtube_days_counted,
        sum(case when platform = 'linkedin' then follower_change end) as linkedin_follower_change,
        sum(case when platform = 'linkedin' then view_count end) as linkedin_impression_count,
        sum(case when platform = 'youtube' then follower_change end) as youtube_subscriber_change,
        sum(case when platform = 'youtube' then view_count end) as youtube_view_count
    from audience_days
    group by week_start

)

select
    weeks.week_start,
    coalesce(contributions.contributor_count, 0) as github_contributor_count,
    coalesce(contributions.contribution_count, 0) as github_contribution_count,
    cast(coalesce(issues.issues_opened, 0) as bigint) as github_issues_opened,
    cast(coalesce(issues.issues_closed, 0) as bigint) as github_issues_closed,
    cast(issues.open_issue_count as bigint) as github_open_issue_count,
    responses.median_hours_to_first_response as github_median_hours_to_response,
    slack.member_count as slack_member_count,
    cast(slack.new_member_count as bigint) as slack_new_member_count,
    slack.active_members_a_day as slack_active_members_a_day,
    cast(slack.message_count as bigint) as slack_message_count,
    cast(downloads.download_count as bigint) as pypi_download_count,
    cast(audience.youtube_view_count as bigint) as youtube_view_count,
    cast(audience.youtube_subscriber_change as bigint) as youtube_subscriber_change,
    cast(audience.linkedin_impression_count as bigint) as linkedin_impression_count,
    cast(audience.linkedin_follower_change as bigint) as linkedin_follower_change,
    coalesce(slack.days_counted = 7 and downloads.days_counted = 7, false)
    and coalesce(audience.linkedin_days_counted = 7 and audience.youtube_days_counted = 7, false) as is_complete_week
from weeks
left join contributions
    on weeks.week_start = contributions.week_start
left join issues
    on weeks.week_start = issues.week_start
left join responses
    on weeks.week_start = responses.week_start
left join slack
    on weeks.week_start = slack.week_start
left join downloads
    on weeks.week_start = downloads.week_start
left join audience
    on weeks.week_start = audience.week_start
