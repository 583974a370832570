with activities as (

    select
        activity_id,
        activity_source,
        activity_type,
        activity_direction,
        sales_user_id,
        account_id,
        opportunity_id,
        email_hash,
        occurred_at,
        duration_seconds,
        is_automated,
        is_connected
    from {{ ref('int_sales__salesforce_activities') }}
    union all
    select
        activity_id,
        activity_source,
        activity_type,
        activity_direction,
        sales_user_id,
        account_id,
        opportunity_id,
        email_hash,
        occurred_at,
        duration_seconds,
        is_automated,
        is_connected
    from {{ ref('int_sales__hubspot_activities') }}
    union all
    select
        activity_id,
        activity_source,
        activity_type,
        activity_direction,
        sales_user_id,
        account_id,
        opportunity_id,
        email_hash,
        occurred_at,
        duration_seconds,
        is_automated,
        is_connected
    from {{ ref('int_sales__outreach_activities') }}

),

accounts as (

    select
        account_id,
        organization_id
    from {{ ref('dim_accounts') }}

)

select
    activities.activity_id,
    activities.activity_source,
    activities.activity_type,
    activities.activity_direction,
    activities.sales_user_id,
    accounts.account_id,
    accounts.organization_id,
    activities.opportunity_id,
    activities.email_hash,
    activities.occurred_at,
    cast(activities.occurred_at as date) as occurred_date,
    activities.duration_seconds,
    activities.is_automated,
    activities.is_connected
from activities
left join accounts
    on activities.account_id = accounts.account_id
