with contacts as (

    select
        email_hash,
        email_domain,
        salesforce_contact_id,
        salesforce_lead_id,
        hubspot_contact_id,
        account_id,
        organization_id,
        user_id,
        owner_user_id,
        job_title,
        country_name,
        lifecycle_stage,
        first_source,
        campaign_tag,
        is_email_opted_out,
        is_email_bounced
    from {{ ref('dim_contacts') }}

),

dates as (

    select
        email_hash,
        first_known_date,
        lead_created_date,
        contact_created_date,
        user_created_date
    from {{ ref('int_reporting__contact_dates') }}

),

activities as (

    select
        email_hash,
        count(*) as activity_count,
        max(occurred_date) as last_activity_date
    from {{ ref('fct_activities') }}
    where email_hash is not null
    group by email_hash

),

last_day as (

    select date_day as as_of_date
    from {{ ref('int_reporting__days') }}
    where is_last_day

)

select
    contacts.email_hash,
    contacts.email_domain,
    case
        when dates.user_created_date <= last_day.as_of_date then 'user'
        when dates.contact_created_date <= last_day.as_of_date then 'contact'
        when dates.lead_created_date <= last_day.as_of_date then 'lead'
        else 'known'
    end as contact_status,
    contacts.salesforce_contact_id,
    contacts.salesforce_lead_id,
    contacts.hubspot_contact_id,
    contacts.account_id,
    contacts.organization_id,
    contacts.user_id,
    contacts.owner_user_id,
    contacts.job_title,
    contacts.country_name,
    contacts.lifecycle_stage,
    contacts.first_source,
    contacts.campaign_tag,
    contacts.is_email_opted_out,
    contacts.is_email_bounced,
    dates.first_known_date,
    dates.lead_created_date,
    dates.contact_created_date,
    dates.user_created_date,
    coalesce(activities.activity_count, 0) as activity_count,
    activities.last_activity_date,
    last_day.as_of_date
from contacts
cross join last_day
inner join dates
    on contacts.email_hash = dates.email_hash
left join activities
    on contacts.email_hash = activities.email_hash
