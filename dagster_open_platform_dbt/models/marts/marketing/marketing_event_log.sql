{{ config(tags=['event_log']) }}

with sessions as (

    select
        session_id,
        visitor_id,
        started_at,
        utm_campaign,
        channel,
        is_paid,
        landing_path
    from {{ ref('fct_sessions') }}
    where
        source_slug = 'website'
        and not is_bot

),

events as (

    select
        event_id,
        visitor_id,
        event_name,
        occurred_at,
        utm_campaign,
        page_path
    from {{ ref('fct_events') }}
    where
        source_slug = 'website'
        and not is_bot
        and event_name in ('signed_up', 'demo_requested', 'newsletter_subscribed')

),

visitors as (

    select
        visitor_id,
        person_id,
        organization_id,
        account_id
    from {{ ref('identity_stitch') }}

),

people as (

    select
        person_id,
        email_hash,
        hubspot_contact_id,
        organization_id,
        account_id,
        campaign_tag
    from {{ ref('int_marketing__people') }}

),

forms as (

    select
        submissions.submission_id,
        submissions.contact_id,
        submissions.submitted_at,
        forms.form_name
    from {{ ref('stg_hubspot__form_submissions') }} as submissions
    left join {{ ref('stg_hubspot__forms') }} as forms
        on submissions.form_id = forms.form_id

),

participants as (

    select
        participants.participation_id,
        participants.contact_id,
        participants.attendance_state,
        participants.registered_at,
        participants.occurred_at,
        marketing_events.event_name,
        campaigns.utm_campaign
    from {{ ref('stg_hubspot__event_participants') }} as participants
    inner join {{ ref('stg_hubspot__marketing_events') }} as marketing_events
        on participants.marketing_event_id = marketing_events.marketing_event_id
    -- HubSpot ties an event to its campaign by nothing but the name.
    left join {{ ref('stg_hubspot__marketing_campaigns') }} as campaigns
        on marketing_events.event_name = campaigns.campaign_name

),

email_clicks as (

    select
        email_events.email_event_id,
        email_events.email_hash,
        email_events.occurred_at,
        email_clicks.utm_campaign,
        email_clicks.clicked_url
    from {{ ref('stg_hubspot__email_events') }} as email_events
    inner join {{ ref('stg_hubspot__email_clicks') }} as email_clicks
        on email_events.email_event_id = email_clicks.email_event_id
    -- Filters that open and click what comes in are nobody.
    where not email_events.is_filtered

),

campaigns as (

    select
        utm_campaign,
        campaign_name,
        channel,
        salesforce_campaign_id
    from {{ ref('dim_campaigns') }}

),

responses as (

    select
        members.campaign_member_id,
        members.email_hash,
        coalesce(cast(members.first_responded_date as timestamp), members.created_at) as responded_at,
        campaigns.utm_campaign,
        campaigns.campaign_name
    from {{ ref('stg_salesforce__campaign_member') }} as members
    inner join campaigns
        on members.campaign_id = campaigns.salesforce_campaign_id
    -- E-mails and webinars are here already, from where they happened.
    where
        members.has_responded
        and campaigns.channel not in ('email', 'webinar')

),

touches as (

    select
        case
            when sessions.is_paid then 'ad_click'
            when sessions.utm_campaign is not null then 'campaign_visit'
            else 'visit'
        end as touch_type,
        sessions.session_id as native_id,
        sessions.started_at as touch_at,
        visitors.person_id,
        sessions.visitor_id,
        visitors.organization_id,
        visitors.account_id,
        sessions.utm_campaign,
        sessions.channel,
        sessions.landing_path as detail
    from sessions
    left join visitors
        on sessions.visitor_id = visitors.visitor_id
    union all
    select
        case events.event_name
            when 'signed_up' then 'sign_up'
            when 'demo_requested' then 'demo_request'
            else 'newsletter'
        end as touch_type,
        events.event_id as native_id,
        events.occurred_at as touch_at,
        visitors.person_id,
        events.visitor_id,
        visitors.organization_id,
        visitors.account_id,
        events.utm_campaign,
        coalesce(campaigns.channel, 'untagged') as channel,
        events.page_path as detail
    from events
    left join visitors
        on events.visitor_id = visitors.visitor_id
    left join campaigns
        on events.utm_campaign = campaigns.utm_campaign
    union all
    select
        'form' as touch_type,
        forms.submission_id as native_id,
        forms.submitted_at as touch_at,
        people.person_id,
        cast(null as varchar) as visitor_id,
        people.organization_id,
        people.account_id,
        people.campaign_tag as utm_campaign,
        coalesce(campaigns.channel, 'untagged') as channel,
        forms.form_name as detail
    from forms
    left join people
        on forms.contact_id = people.hubspot_contact_id
    left join campaigns
        on people.campaign_tag = campaigns.utm_campaign
    -- Registrations for webinars are here already, as such.
    where forms.form_name is distinct from 'Webinar registration'
    union all
    select
        'webinar_registration' as touch_type,
        participants.participation_id as native_id,
        participants.registered_at as touch_at,
        people.person_id,
        cast(null as varchar) as visitor_id,
        people.organization_id,
        people.account_id,
        participants.utm_campaign,
        'webinar' as channel,
        participants.event_name as detail
    from participants
    left join people
        on participants.contact_id = people.hubspot_contact_id
    union all
    select
        'webinar_attendance' as touch_type,
        participants.participation_id as native_id,
        participants.occurred_at as touch_at,
        people.person_id,
        cast(null as varchar) as visitor_id,
        people.organization_id,
        people.account_id,
        participants.utm_campaign,
        'webinar' as channel,
        participants.event_name as detail
    from participants
    left join people
        on participants.contact_id = people.hubspot_contact_id
    where participants.attendance_state = 'ATTENDED'
    union all
    select
        'email_click' as touch_type,
        email_clicks.email_event_id as native_id,
        email_clicks.occurred_at as touch_at,
        coalesce(people.person_id, {{ text_hash("'email:' || email_clicks.email_hash") }}) as person_id,
        cast(null as varchar) as visitor_id,
        people.organization_id,
        people.account_id,
        email_clicks.utm_campaign,
        'email' as channel,
        email_clicks.clicked_url as detail
    from email_clicks
    left join people
        on email_clicks.email_hash = people.email_hash
    union all
    select
        'campaign_response' as touch_type,
        responses.campaign_member_id as native_id,
        responses.responded_at as touch_at,
        coalesce(people.person_id, {{ text_hash("'email:' || responses.email_hash") }}) as person_id,
        cast(null as varchar) as visitor_id,
        people.organization_id,
        people.account_id,
        responses.utm_campaign,
        campaigns.channel,
        responses.campaign_name as detail
    from responses
    inner join campaigns
        on responses.utm_campaign = campaigns.utm_campaign
    left join people
        on responses.email_hash = people.email_hash

)

select
    {{ text_hash("touch_type || ':' || native_id") }} as touch_id,
    touch_type,
    touch_at,
    cast(touch_at as date) as touch_date,
    person_id,
    visitor_id,
    organization_id,
    account_id,
    utm_campaign,
    channel,
    channel in ('paid_search', 'paid_social') as is_paid,
    touch_type in ('sign_up', 'demo_request') as is_conversion,
    -- What deserves credit for a conversion: not the conversion itself, nor what only follows from it.
    touch_type not in ('sign_up', 'demo_request', 'newsletter') as is_creditable,
    detail
from touches
