with users as (

    select
        user_id,
        email_hash,
        email_domain,
        organization_id,
        row_number() over (
            partition by email_hash
            order by coalesce(last_active_date, cast('1970-01-01' as date)) desc, user_id asc
        ) as version_rank,
        count(*) over (partition by email_hash) as user_count
    from {{ ref('dim_users') }}
    where email_hash is not null

),

-- Of several users with one address: the one who was active last.
present_users as (

    select
        user_id,
        email_hash,
        email_domain,
        organization_id,
        user_count
    from users
    where version_rank = 1

),

contacts as (

    select
        email_hash,
        email_domain,
        organization_id,
        account_id,
        hubspot_contact_id,
        salesforce_contact_id,
        salesforce_lead_id,
        campaign_tag
    from {{ ref('dim_contacts') }}

),

accounts as (

    select
        account_id,
        organization_id
    from {{ ref('dim_accounts') }}
    where is_primary_of_organization

),

people as (

    select
        coalesce(present_users.email_hash, contacts.email_hash) as email_hash,
        coalesce(present_users.email_domain, contacts.email_domain) as email_domain,
        present_users.user_id,
        coalesce(present_users.user_count, 0) as user_count,
        -- The product knows who belongs to an organization; a CRM only believes it.
        coalesce(present_users.organization_id, contacts.organization_id) as organization_id,
        contacts.account_id,
        contacts.hubspot_contact_id,
        contacts.salesforce_contact_id,
        contacts.salesforce_lead_id,
        contacts.campaign_tag
    from present_users
    full outer join contacts
        on present_users.email_hash = contacts.email_hash

)

select
    {{ text_hash("'email:' || people.email_hash") }} as person_id,
    people.email_hash,
    people.email_domain,
    people.user_id,
    people.user_count,
    people.organization_id,
    coalesce(people.account_id, accounts.account_id) as account_id,
    people.hubspot_contact_id,
    people.salesforce_contact_id,
    people.salesforce_lead_id,
    people.campaign_tag
from people
left join accounts
    on people.organization_id = accounts.organization_id
