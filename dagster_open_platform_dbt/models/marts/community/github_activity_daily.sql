{# An answer or a closing becomes known when the record is loaded again. #}
{% set lookback = 7 %}

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_window',
        event_time='activity_date',
        lookback=lookback,
        tags=['daily'],
        on_schema_change='fail'
    )
}}

with issues as (

    select
        repository,
        author_login,
        created_date,
        closed_date
    from {{ ref('stg_github__issues') }}

),

discussions as (

    select
        repository,
        author_login,
        created_date,
        answered_date
    from {{ ref('stg_github__discussions') }}

),

comments as (

    select
        repository,
        author_login,
        created_date
    from {{ ref('stg_github__comments') }}

),

-- One row per thing that somebody did, on the day it happened.
events as (

    select
        created_date as activity_date,
        repository,
        'issue_opened' as event_type,
        author_login
    from issues

    union all

    -- Neither who closed an issue nor who chose an answer is known.
    select
        closed_date as activity_date,
        repository,
        'issue_closed' as event_type,
        cast(null as varchar) as author_login
    from issues
    where closed_date is not null

    union all

    select
        created_date as activity_date,
        repository,
        'discussion_opened' as event_type,
        author_login
    from discussions

    union all

    select
        answered_date as activity_date,
        repository,
        'discussion_answered' as event_type,
        cast(null as varchar) as author_login
    from discussions
    where answered_date is not null

    union all

    select
        created_date as activity_date,
        repository,
        'comment_written' as event_type,
        author_login
    from comments

)

select
    activity_date,
    repository,
    count(case when event_type = 'issue_opened' then 1 end) as issues_opened,
    count(case when event_type = 'issue_closed' then 1 end) as issues_closed,
    count(case when event_type = 'discussion_opened' then 1 end) as discussions_opened,
    count(case when event_type = 'discussion_answered' then 1 end) as discussions_answered,
    count(case when event_type = 'comment_written' then 1 end) as comments_written,
    count(distinct author_login) as distinct_authors
from events
where {{ in_run_window('activity_date', lookback) }}
group by
    activity_date,
    repository
