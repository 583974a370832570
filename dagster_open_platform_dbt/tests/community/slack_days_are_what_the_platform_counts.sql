{{ config(meta={'dagster': {'ref': {'name': 'slack_activity_daily'}}}) }}

-- The platform counts each day while it loads it; the two agree unless an account turned out to be an app afterwards.
select
    mart.activity_date,
    mart.member_count,
    counted.member_count as counted_member_count,
    mart.channel_message_count,
    counted.channel_message_count as counted_channel_message_count
from {{ ref('slack_activity_daily') }} as mart
inner join {{ ref('stg_slack__member_metrics') }} as counted
    on mart.activity_date = counted.activity_date
where
    mart.member_count <> counted.member_count
    or mart.new_member_count <> counted.new_member_count
    or mart.active_member_count <> counted.active_member_count
    or mart.posting_member_count <> counted.posting_member_count
    or mart.channel_message_count <> counted.channel_message_count
    or mart.reaction_count <> counted.reaction_count
