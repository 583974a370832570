with events as (

    select
        email_campaign_id,
        event_type,
        email_hash,
        is_filtered,
        occurred_at
    from {{ ref('stg_hubspot__email_events') }}
    where email_campaign_id is not null

),

-- Recipients, not events: who opens an e-mail five times has opened it. What filters do is nobody's.
counted as (

    select
        email_campaign_id,
        min(case when event_type = 'SENT' then occurred_at end) as first_sent_at,
        count(distinct case when event_type = 'SENT' then email_hash end) as sent_count,
        count(distinct case when event_type = 'DELIVERED' then email_hash end) as delivered_count,
        count(distinct case when event_type = 'OPEN' and not is_filtered then email_hash end) as opened_count,
        count(distinct case when event_type = 'CLICK' and not is_filtered then email_hash end) as clicked_count,
        count(distinct case when event_type = 'BOUNCE' then email_hash end) as bounced_count,
        count(distinct case when event_type = 'DROPPED' then email_hash end) as dropped_count,
        count(distinct case when event_type = 'SPAMREPORT' then email_hash end) as spam_report_count
    from events
    group by email_campaign_id

),

sendings as (

    select
        email_campaign_id,
        email_content_id,
        email_campaign_name,
        email_subject,
        email_type
    from {{ ref('stg_hubspot__email_campaigns') }}

),

emails as (

    select
        email_content_id,
        utm_campaign
    from {{ ref('stg_hubspot__marketing_emails') }}

)

select
    sendings.email_campaign_id,
    sendings.email_campaign_name,
    sendings.email_subject,
    sendings.email_type,
    emails.utm_campaign,
    counted.first_sent_at,
    cast(counted.first_sent_at as date) as first_sent_date,
    counted.sent_count,
    counted.delivered_count,
    counted.opened_count,
    counted.clicked_count,
    counted.bounced_count,
    counted.dropped_count,
    counted.spam_report_count,
    {{ safe_divide('counted.delivered_count', 'counted.sent_count') }} as delivery_rate,
    {{ safe_divide('counted.opened_count', 'counted.delivered_count') }} as open_rate,
    {{ safe_divide('counted.clicked_count', 'counted.delivered_count') }} as click_rate,
    {{ safe_divide('counted.clicked_count', 'counted.opened_count') }} as click_to_open_rate
from counted
inner join sendings
    on counted.email_campaign_id = sendings.email_campaign_id
left join emails
    on sendings.email_content_id = emails.email_content_id
