with activities as (

    select
        engagement_id,
        'call' as activity_type,
        call_direction as activity_direction,
        owner_id,
        occurred_at,
        call_seconds as duration_seconds,
        call_seconds > 0 as is_connected
    from {{ ref('stg_hubspot__engagement_call') }}
    union all
    select
        engagement_id,
        'email' as activity_type,
        email_direction as activity_direction,
        owner_id,
        occurred_at,
        cast(null as double) as duration_seconds,
        email_direction = 'inbound' as is_connected
    from {{ ref('stg_hubspot__engagement_email') }}
    union all
    select
        meetings.engagement_id,
        'meeting' as activity_type,
        'outbound' as activity_direction,
        meetings.owner_id,
        meetings.starts_at as occurred_at,
        cast(reports.held_minutes * 60 as double) as duration_seconds,
        reports.meeting_uuid is not null as is_connected
    from {{ ref('stg_hubspot__engagement_meeting') }} as meetings
    left join {{ ref('stg_zoom__meeting_report') }} as reports
        on meetings.zoom_meeting_id = reports.meeting_id
    -- What is still to come or was called off is nothing that was done.
    where
        reports.meeting_uuid is not null
        or meetings.outcome in ('completed', 'no_show')
    union all
    select
        engagement_id,
        'note' as activity_type,
        'outbound' as activity_direction,
        owner_id,
        occurred_at,
        cast(null as double) as duration_seconds,
        false as is_connected
    from {{ ref('stg_hubspot__engagement_note') }}
    union all
    select
        engagement_id,
        'task' as activity_type,
        'outbound' as activity_direction,
        owner_id,
        completed_at as occurred_at,
        cast(null as double) as duration_seconds,
        false as is_connected
    from {{ ref('stg_hubspot__engagement_task') }}
    where
        is_completed
        and completed_at is not null

),

-- HubSpot may tie an engagement to several; it counts for the one that it has known longest.
companies as (

    select
        ties.engagement_id,
        min(companies.salesforce_account_id) as account_id
    from {{ ref('stg_hubspot__engagement_company') }} as ties
    inner join {{ ref('stg_hubspot__company') }} as companies
        on ties.company_id = companies.company_id
    group by ties.engagement_id

),

first_contacts as (

    select
        engagement_id,
        min(contact_id) as contact_id
    from {{ ref('stg_hubspot__engagement_contact') }}
    group by engagement_id

),

contacts as (

    select
        contact_id,
        email_hash,
        salesforce_account_id
    from {{ ref('stg_hubspot__contact') }}

),

deals as (

    select
        ties.engagement_id,
        min(deals.opportunity_id) as opportunity_id
    from {{ ref('stg_hubspot__engagement_deal') }} as ties
    inner join {{ ref('stg_hubspot__deal') }} as deals
        on ties.deal_id = deals.deal_id
    group by ties.engagement_id

),

users as (

    select
        user_id,
        hubspot_owner_id
    from {{ ref('dim_sales_users') }}

)

select
    'hubspot-' || cast(activities.engagement_id as varchar) as activity_id,
    'hubspot' as activity_source,
    activities.activity_type,
    activities.activity_direction,
    users.user_id as sales_user_id,
    coalesce(companies.account_id, contacts.salesforce_account_id) as account_id,
    deals.opportunity_id,
    contacts.email_hash,
    activities.occurred_at,
    activities.duration_seconds,
    false as is_automated,
    activities.is_connected
from activities
left join companies
    on activities.engagement_id = companies.engagement_id
left join first_contacts
    on activities.engagement_id = first_contacts.engagement_id
left join contacts
    on first_contacts.contact_id = contacts.contact_id
left join deals
    on activities.engagement_id = deals.engagement_id
left join users
    on activities.owner_id = users.hubspot_owner_id
