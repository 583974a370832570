with webinars as (

    select
        marketing_event_id,
        event_name,
        zoom_webinar_id,
        status,
        starts_at
    from {{ ref('stg_hubspot__marketing_events') }}
    where event_type = 'WEBINAR'

),

campaigns as (

    select
        utm_campaign,
        campaign_name
    from {{ ref('dim_campaigns') }}
    where channel = 'webinar'

),

participants as (

    select
        marketing_event_id,
        count(distinct contact_id) as registrant_count,
        count(distinct case when attendance_state = 'ATTENDED' then contact_id end) as attendee_count,
        count(distinct case when attendance_state = 'NO_SHOW' then contact_id end) as no_show_count,
        avg(case when attendance_state = 'ATTENDED' then attendance_seconds end) / 60 as average_attended_minutes
    from {{ ref('stg_hubspot__event_participants') }}
    group by marketing_event_id

),

zoom_webinars as (

    select
        webinar_uuid,
        cast(webinar_id as varchar) as zoom_webinar_id
    from {{ ref('stg_zoom__webinar') }}

),

zoom as (

    select
        zoom_webinars.zoom_webinar_id,
        count(distinct registrants.email_hash) as zoom_registrant_count
    from zoom_webinars
    inner join {{ ref('stg_zoom__webinar_registrant') }} as registrants
        on zoom_webinars.webinar_uuid = registrants.webinar_uuid
    where registrants.registration_status = 'approved'
    group by zoom_webinars.zoom_webinar_id

),

credits as (

    select
        utm_campaign,
        sum(case when conversion_type = 'opportunity' then credit else 0 end) as opportunity_credit,
        sum(coalesce(credited_amount_usd, 0)) as pipeline_usd
    from {{ ref('attribution_linear') }}
    where channel = 'webinar'
    group by utm_campaign

)

select
    webinars.marketing_event_id,
    webinars.event_name,
    webinars.zoom_webinar_id,
    campaigns.utm_campaign,
    webinars.status,
    webinars.starts_at,
    coalesce(participants.registrant_count, 0) as registrant_count,
    zoom.zoom_registrant_count,
    coalesce(participants.attendee_count, 0) as attendee_count,
    coalesce(participants.no_show_count, 0) as no_show_count,
    {{ safe_divide('participants.attendee_count', 'participants.registrant_count') }} as attendance_rate,
    participants.average_attended_minutes,
    coalesce(credits.opportunity_credit, 0) as opportunity_credit,
    coalesce(credits.pipeline_usd, 0) as pipeline_usd
from webinars
left join campaigns
    on webinars.event_name = campaigns.campaign_name
left join participants
    on webinars.marketing_event_id = participants.marketing_event_id
left join zoom
    on webinars.zoom_webinar_id = zoom.zoom_webinar_id
left join credits
    on campaigns.utm_campaign = credits.utm_campaign
