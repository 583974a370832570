with messages as (

    select
        notification_id,
        alert_id,
        notification_channel,
        created_date,
        created_at,
        sent_at,
        status,
        is_delivered
    from {{ ref('stg_cloud_product__notifications') }}

),

alerts as (

    select
        alert_id,
        triggered_at,
        resolved_at
    from {{ ref('stg_cloud_product__alerts') }}

),

-- An alert counts once a day and channel, however many messages tell of it.
per_alert as (

    select
        messages.created_date,
        messages.notification_channel,
        messages.alert_id,
        count(*) as message_count,
        count(case when messages.is_delivered then 1 end) as delivered_message_count,
        count(case when messages.status = 'READ' then 1 end) as read_message_count,
        count(case when messages.status = 'FAILED' then 1 end) as failed_message_count,
        min(case when messages.is_delivered then {{ seconds_between('messages.created_at', 'messages.sent_at') }} end)
            as seconds_to_first_message,
        min({{ hours_between('alerts.triggered_at', 'alerts.resolved_at') }}) as hours_to_resolution
    from messages
    left join alerts
        on messages.alert_id = alerts.alert_id
    group by
        messages.created_date,
        messages.notification_channel,
        messages.alert_id

)

select
    created_date as alert_date,
    notification_channel,
    count(*) as alert_count,
    count(case when delivered_message_count > 0 then 1 end) as delivered_alert_count,
    count(hours_to_resolution) as resolved_alert_count,
    cast(sum(message_count) as bigint) as message_count,
    cast(sum(delivered_message_count) as bigint) as delivered_message_count,
    cast(sum(read_message_count) as bigint) as read_message_count,
    cast(sum(failed_message_count) as bigint) as failed_message_count,
    {{ safe_divide('count(case when delivered_message_count > 0 then 1 end)', 'count(*)') }} as delivery_rate,
    {{ median('seconds_to_first_message') }} as median_seconds_to_delivery,
    {{ median('hours_to_resolution') }} as median_hours_to_resolution
from per_alert
group by
    created_date,
    notification_channel
