with meetings as (

    select
        meeting_uuid,
        meeting_id,
        host_user_id,
        planned_minutes,
        starts_at,
        created_at
    from {{ ref('stg_zoom__meeting') }}

),

reports as (

    select
        meeting_uuid,
        held_minutes,
        participant_count,
        started_at
    from {{ ref('stg_zoom__meeting_report') }}

),

purposes as (

    select
        meeting_uuid,
        max(field_value) as purpose
    from {{ ref('stg_zoom__meeting_report_tracking') }}
    where field_name = 'Meeting purpose'
    group by meeting_uuid

),

guests as (

    select
        meeting_uuid,
        count(*) as guest_count,
        max(attended_seconds) as longest_guest_seconds
    from {{ ref('stg_zoom__meeting_participant') }}
    where zoom_user_id is null
    group by meeting_uuid

),

users as (

    select
        user_id,
        zoom_user_id
    from {{ ref('dim_sales_users') }}
    where zoom_user_id is not null

),

engagements as (

    select
        engagement_id,
        zoom_meeting_id,
        outcome
    from {{ ref('stg_hubspot__engagement_meeting') }}

),

activities as (

    select
        activity_id,
        account_id,
        organization_id,
        opportunity_id
    from {{ ref('fct_activities') }}
    where activity_source = 'hubspot'

),

as_of as (

    select as_of_date
    from {{ ref('int_sales__as_of') }}

)

select
    meetings.meeting_uuid,
    meetings.meeting_id,
    users.user_id as host_user_id,
    activities.account_id,
    activities.organization_id,
    activities.opportunity_id,
    engagements.engagement_id as hubspot_engagement_id,
    purposes.purpose,
    meetings.created_at,
    meetings.starts_at,
    cast(meetings.starts_at as date) as meeting_date,
    meetings.planned_minutes,
    reports.meeting_uuid is not null as is_held,
    case
        when reports.meeting_uuid is not null then 'held'
        when cast(meetings.starts_at as date) > as_of.as_of_date then 'to come'
        when engagements.outcome in ('canceled', 'rescheduled') then engagements.outcome
        else 'not held'
    end as meeting_state,
    engagements.outcome as hubspot_outcome,
    -- What people entered in HubSpot against what Zoom saw.
    coalesce((engagements.outcome = 'completed') <> (reports.meeting_uuid is not null), false)
    and cast(meetings.starts_at as date) <= as_of.as_of_date as has_outcome_conflict,
    reports.held_minutes,
    reports.held_minutes - meetings.planned_minutes as overrun_minutes,
    {{ seconds_between('meetings.starts_at', 'reports.started_at') }} / 60 as late_start_minutes,
    coalesce(guests.guest_count, 0) as guest_count,
    guests.longest_guest_seconds
from meetings
cross join as_of
left join reports
    on meetings.meeting_uuid = reports.meeting_uuid
left join purposes
    on meetings.meeting_uuid = purposes.meeting_uuid
left join guests
    on meetings.meeting_uuid = guests.meeting_uuid
left join users
    on meetings.host_user_id = users.zoom_user_id
left join engagements
    on meetings.meeting_id = engagements.zoom_meeting_id
left join activities
    on 'hubspot-' || cast(engagements.engagement_id as varchar) = activities.activity_id
