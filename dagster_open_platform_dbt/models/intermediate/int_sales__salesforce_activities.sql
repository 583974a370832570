with tasks as (

    select
        task_id,
        owner_user_id,
        created_by_user_id,
        account_id,
        person_id,
        related_id,
        task_type,
        call_disposition,
        call_seconds,
        completed_at,
        created_at
    from {{ ref('stg_salesforce__task') }}
    where is_completed

),

events as (

    select
        event_id,
        owner_user_id,
        account_id,
        person_id,
        related_id,
        planned_minutes,
        starts_at
    from {{ ref('stg_salesforce__event') }}

),

integrations as (

    select user_id
    from {{ ref('stg_salesforce__user') }}
    where machine_name = 'Outreach Integration'

),

mirrored as (

    select min(started_at) as first_at
    from {{ ref('stg_outreach__sequence_state') }}

),

-- Since we have Outreach's own records, its copies in Salesforce would count everything twice.
own_tasks as (

    select
        tasks.task_id,
        tasks.owner_user_id,
        tasks.account_id,
        tasks.person_id,
        tasks.related_id,
        tasks.task_type,
        tasks.call_disposition,
        tasks.call_seconds,
        integrations.user_id is not null and tasks.task_type = 'email' as is_automated,
        coalesce(tasks.completed_at, tasks.created_at) as occurred_at
    from tasks
    left join integrations
        on tasks.created_by_user_id = integrations.user_id
    cross join mirrored
    where
        integrations.user_id is null
        or mirrored.first_at is null
        or tasks.created_at < mirrored.first_at

),

last_days as (

    select max(created_at) as last_at
    from {{ ref('stg_salesforce__task') }}

),

activities as (

    select
        'salesforce-task-' || task_id as activity_id,
        task_type as activity_type,
        owner_user_id as sales_user_id,
        account_id,
        person_id,
        related_id,
        occurred_at,
        cast(call_seconds as double) as duration_seconds,
        is_automated,
        coalesce(call_disposition = 'Connected', false) as is_connected
    from own_tasks
    union all
    select
        'salesforce-event-' || events.event_id as activity_id,
        'meeting' as activity_type,
        events.owner_user_id as sales_user_id,
        events.account_id,
        events.person_id,
        events.related_id,
        events.starts_at as occurred_at,
        cast(events.planned_minutes * 60 as double) as duration_seconds,
        false as is_automated,
        -- Those that were called off are deleted, so that those in the past took place.
        true as is_connected
    from events
    cross join last_days
    where events.starts_at <= last_days.last_at

),

contacts as (

    select
        contact_id as person_id,
        email_hash
    from {{ ref('stg_salesforce__contact') }}
    union all
    select
        lead_id as person_id,
        email_hash
    from {{ ref('stg_salesforce__lead') }}

),

opportunities as (

    select opportunity_id
    from {{ ref('stg_salesforce__opportunity') }}

)

select
    activities.activity_id,
    'salesforce' as activity_source,
    activities.activity_type,
    'outbound' as activity_direction,
    activities.sales_user_id,
    activities.account_id,
    opportunities.opportunity_id,
    contacts.email_hash,
    activities.occurred_at,
    activities.duration_seconds,
    activities.is_automated,
    activities.is_connected
from activities
left join contacts
    on activities.person_id = contacts.person_id
left join opportunities
    on activities.related_id = opportunities.opportunity_id
