with events as (

    select
        email_event_id,
        {{ week_start('occurred_date') }} as week_start,
        event_type
    from {{ ref('stg_hubspot__email_events') }}

),

bounces as (

    select
        email_event_id,
        bounce_category
    from {{ ref('stg_hubspot__email_bounces') }}

),

drops as (

    select
        email_event_id,
        drop_reason
    from {{ ref('stg_hubspot__email_drops') }}

),

weeks as (

    select
        events.week_start,
        count(case when events.event_type = 'SENT' then 1 end) as sent_count,
        count(case when events.event_type = 'DELIVERED' then 1 end) as delivered_count,
        count(case when events.event_type = 'BOUNCE' then 1 end) as bounced_count,
        count(case when bounces.bounce_category = 'UNKNOWN_USER' then 1 end) as unknown_address_count,
        count(case when events.event_type = 'DROPPED' then 1 end) as dropped_count,
        count(case when drops.drop_reason like 'PREVIOUSLY_UNSUBSCRIBED%' then 1 end) as dropped_unsubscribed_count,
        count(case when events.event_type = 'SPAMREPORT' then 1 end) as spam_report_count
    from events
    left join bounces
        on events.email_event_id = bounces.email_event_id
    left join drops
        on events.email_event_id = drops.email_event_id
    group by events.week_start

),

-- Who unsubscribes from everything changes several subscriptions at once.
changes as (

    select
        {{ week_start('cast(changed_at as date)') }} as week_start,
        count(distinct email_hash) as unsubscribed_count
    from {{ ref('stg_hubspot__subscription_changes') }}
    where change = 'UNSUBSCRIBED'
    group by {{ week_start('cast(changed_at as date)') }}

)

select
    weeks.week_start,
    weeks.sent_count,
    weeks.delivered_count,
    weeks.bounced_count,
    weeks.unknown_address_count,
    weeks.dropped_count,
    weeks.dropped_unsubscribed_count,
    weeks.spam_report_count,
    coalesce(changes.unsubscribed_count, 0) as unsubscribed_count,
    {{ safe_divide('weeks.bounced_count', 'weeks.sent_count') }} as bounce_rate,
    {{ safe_divide('coalesce(changes.unsubscribed_count, 0)', 'weeks.delivered_count') }} as unsubscribe_rate
from weeks
left join changes
    on weeks.week_start = changes.week_start
