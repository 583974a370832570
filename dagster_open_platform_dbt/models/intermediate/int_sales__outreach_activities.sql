with activities as (

    select
        'outreach-mailing-' || cast(mailings.mailing_id as varchar) as activity_id,
        'email' as activity_type,
        mailings.outreach_user_id,
        mailings.prospect_id,
        mailings.delivered_at as occurred_at,
        cast(null as double) as duration_seconds,
        coalesce(steps.step_type = 'auto_email', false) as is_automated,
        mailings.replied_at is not null as is_connected
    from {{ ref('stg_outreach__mailing') }} as mailings
    left join {{ ref('stg_outreach__sequence_step') }} as steps
        on mailings.sequence_step_id = steps.sequence_step_id
    where mailings.delivered_at is not null
    union all
    select
        'outreach-call-' || cast(call_id as varchar) as activity_id,
        'call' as activity_type,
        outreach_user_id,
        prospect_id,
        dialed_at as occurred_at,
        {{ seconds_between('answered_at', 'completed_at') }} as duration_seconds,
        false as is_automated,
        is_answered as is_connected
    from {{ ref('stg_outreach__call') }}
    union all
    -- Calls and mails by hand are tasks as well, and have their own records above.
    select
        'outreach-task-' || cast(task_id as varchar) as activity_id,
        'task' as activity_type,
        outreach_user_id,
        prospect_id,
        completed_at as occurred_at,
        cast(null as double) as duration_seconds,
        false as is_automated,
        false as is_connected
    from {{ ref('stg_outreach__task') }}
    where
        task_action = 'action_item'
        and is_completed
        and completed_at is not null

),

prospects as (

    select
        prospects.prospect_id,
        companies.account_id
    from {{ ref('stg_outreach__prospect') }} as prospects
    left join {{ ref('stg_outreach__account') }} as companies
        on prospects.outreach_account_id = companies.outreach_account_id

),

addresses as (

    select
        prospect_id,
        min(email_hash) as email_hash
    from {{ ref('stg_outreach__email_address') }}
    group by prospect_id

),

users as (

    select
        user_id,
        outreach_user_id
    from {{ ref('dim_sales_users') }}

)

select
    activities.activity_id,
    'outreach' as activity_source,
    activities.activity_type,
    'outbound' as activity_direction,
    users.user_id as sales_user_id,
    prospects.account_id,
    cast(null as varchar) as opportunity_id,
    addresses.email_hash,
    activities.occurred_at,
    activities.duration_seconds,
    activities.is_automated,
    activities.is_connected
from activities
left join prospects
    on activities.prospect_id = prospects.prospect_id
left join addresses
    on activities.prospect_id = addresses.prospect_id
left join users
    on activities.outreach_user_id = users.outreach_user_id
