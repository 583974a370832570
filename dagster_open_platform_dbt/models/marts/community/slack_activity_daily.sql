{# Slack corrects a day for a few days; who is an app is as of now. #}
{% set lookback = 3 %}

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

with member_days as (

    select
        activity_date,
        slack_user_id,
        joined_date,
        is_guest,
        is_active,
        is_active_on_phone,
        message_count,
        channel_message_count,
        reaction_count,
        file_count,
        search_count,
        huddle_count
    from {{ ref('stg_slack__member_analytics') }}
    where {{ in_run_window('activity_date', lookback) }}

),

apps as (

    select slack_user_id
    from {{ ref('stg_slack__users') }}
    where is_bot

),

-- People are counted, apps are not.
people as (

    select
        member_days.activity_date,
        member_days.joined_date,
        member_days.is_guest,
        member_days.is_active,
        member_days.is_active_on_phone,
        member_days.message_count,
        member_days.channel_message_count,
        member_days.reaction_count,
        member_days.file_count,
        member_days.search_count,
        member_days.huddle_count
    from member_days
    left join apps
        on member_days.slack_user_id = apps.slack_user_id
    where apps.slack_user_id is null

)

select
    activity_date,
    count(*) as member_count,
    count(case when is_guest then 1 end) as guest_count,
    count(case when joined_date = activity_date then 1 end) as new_member_count,
    count(case when is_active then 1 end) as active_member_count,
    count(case when is_active and is_active_on_phone then 1 end) as phone_member_count,
    count(case when channel_message_count > 0 then 1 end) as posting_member_count,
    count(case when reaction_count > 0 then 1 end) as reacting_member_count,
    cast(sum(message_count) as bigint) as message_count,
    cast(sum(channel_message_count) as bigint) as channel_message_count,
    cast(sum(reaction_count) as bigint) as reaction_count,
    cast(sum(file_count) as bigint) as file_count,
    cast(sum(search_count) as bigint) as search_count,
    cast(sum(huddle_count) as bigint) as huddle_count
from people
group by activity_date
