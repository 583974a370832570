with contacts as (

    select
        email_hash,
        cast(first_known_at as date) as first_known_date
    from {{ ref('dim_contacts') }}

),

leads as (

    select
        email_hash,
        min(cast(created_at as date)) as lead_created_date
    from {{ ref('stg_salesforce__lead') }}
    group by email_hash

),

salesforce_contacts as (

    select
        email_hash,
        min(cast(created_at as date)) as contact_created_date
    from {{ ref('stg_salesforce__contact') }}
    group by email_hash

),

hubspot_contacts as (

    select
        email_hash,
        min(cast(created_at as date)) as hubspot_created_date
    from {{ ref('stg_hubspot__contact') }}
    group by email_hash

),

users as (

    select
        email_hash,
        min(cast(created_at as date)) as user_created_date
    from {{ ref('dim_users') }}
    group by email_hash

)

select
    contacts.email_hash,
    contacts.first_known_date,
    leads.lead_created_date,
    salesforce_contacts.contact_created_date,
    hubspot_contacts.hubspot_created_date,
    users.user_created_date
from contacts
left join leads
    on contacts.email_hash = leads.email_hash
left join salesforce_contacts
    on contacts.email_hash = salesforce_contacts.email_hash
left join hubspot_contacts
    on contacts.email_hash = hubspot_contacts.email_hash
left join users
    on contacts.email_hash = users.email_hash
