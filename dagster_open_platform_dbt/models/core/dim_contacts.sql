with salesforce_contacts as (

    select
        email_hash,
        email_domain,
        contact_id,
        account_id,
        owner_user_id,
        user_id,
        job_title,
        country,
        lead_source,
        campaign_tag,
        is_email_opted_out,
        is_email_bounced,
        created_at,
        row_number() over (partition by email_hash order by updated_at desc, contact_id asc) as version_rank
    from {{ ref('stg_salesforce__contact') }}
    where email_hash is not null

),

salesforce_leads as (

    select
        email_hash,
        email_domain,
        lead_id,
        job_title,
        country,
        lead_source,
        campaign_tag,
        owner_user_id,
        is_email_opted_out,
        created_at,
        row_number() over (partition by email_hash order by updated_at desc, lead_id asc) as version_rank
    from {{ ref('stg_salesforce__lead') }}
    where email_hash is not null

),

hubspot_contacts as (

    select
        email_hash,
        email_domain,
        contact_id,
        company_id,
        salesforce_account_id,
        organization_id,
        user_id,
        job_title,
        country,
        lifecycle_stage,
        original_source,
        campaign_tag,
        hubspot_score,
        is_email_opted_out,
        created_at
    from {{ ref('stg_hubspot__contact') }}
    where email_hash is not null

),

outreach_prospects as (

    select
        addresses.email_hash,
        addresses.email_domain,
        addresses.address_status,
        prospects.prospect_id,
        prospects.job_title,
        prospects.campaign_tag,
        prospects.is_opted_out,
        prospects.created_at,
        row_number() over (
            partition by addresses.email_hash
            order by prospects.updated_at desc, prospects.prospect_id asc
        ) as version_rank
    from {{ ref('stg_outreach__email_address') }} as addresses
    inner join {{ ref('stg_outreach__prospect') }} as prospects
        on addresses.prospect_id = prospects.prospect_id
    where addresses.email_hash is not null

),

records as (

    select
        email_hash,
        created_at
    from salesforce_contacts
    union all
    select
        email_hash,
        created_at
    from salesforce_leads
    union all
    select
        email_hash,
        created_at
    from hubspot_contacts
    union all
    select
        email_hash,
        created_at
    from outreach_prospects

),

people as (

    select
        email_hash,
        count(*) as record_count,
        min(created_at) as first_known_at
    from records
    group by email_hash

),

accounts as (

    select
        account_id,
        organization_id
    from {{ ref('dim_accounts') }}

)

select
    people.email_hash,
    coalesce(
        salesforce_contacts.email_domain,
        hubspot_contacts.email_domain,
        salesforce_leads.email_domain,
        outreach_prospects.email_domain
    ) as email_domain,
    salesforce_contacts.contact_id as salesforce_contact_id,
    salesforce_leads.lead_id as salesforce_lead_id,
    hubspot_contacts.contact_id as hubspot_contact_id,
    outreach_prospects.prospect_id as outreach_prospect_id,
    people.record_count,
    coalesce(salesforce_contacts.account_id, hubspot_contacts.salesforce_account_id) as account_id,
    coalesce(salesforce_contacts.account_id <> hubspot_contacts.salesforce_account_id, false) as has_account_conflict,
    hubspot_contacts.company_id as hubspot_company_id,
    -- Whose the account is counts before what HubSpot wrote down.
    coalesce(accounts.organization_id, hubspot_contacts.organization_id) as organization_id,
    coalesce(salesforce_contacts.user_id, hubspot_contacts.user_id) as user_id,
    coalesce(salesforce_contacts.owner_user_id, salesforce_leads.owner_user_id) as owner_user_id,
    coalesce(
        salesforce_contacts.job_title,
        hubspot_contacts.job_title,
        salesforce_leads.job_title,
        outreach_prospects.job_title
    ) as job_title,
    coalesce(salesforce_contacts.country, hubspot_contacts.country, salesforce_leads.country) as country_name,
    hubspot_contacts.lifecycle_stage,
    hubspot_contacts.hubspot_score,
    coalesce(salesforce_leads.lead_source, salesforce_contacts.lead_source, hubspot_contacts.original_source)
        as first_source,
    coalesce(
        hubspot_contacts.campaign_tag,
        salesforce_leads.campaign_tag,
        salesforce_contacts.campaign_tag,
        outreach_prospects.campaign_tag
    ) as campaign_tag,
    -- Who said no anywhere said it to all of us.
    coalesce(salesforce_contacts.is_email_opted_out, false)
    or coalesce(salesforce_leads.is_email_opted_out, false)
    or coalesce(hubspot_contacts.is_email_opted_out, false)
    or coalesce(outreach_prospects.is_opted_out, false) as is_email_opted_out,
    coalesce(salesforce_contacts.is_email_bounced, false)
    or coalesce(outreach_prospects.address_status = 'bounced', false) as is_email_bounced,
    people.first_known_at
from people
left join salesforce_contacts
    on
        people.email_hash = salesforce_contacts.email_hash
        and salesforce_contacts.version_rank = 1
left join salesforce_leads
    on
        people.email_hash = salesforce_leads.email_hash
        and salesforce_leads.version_rank = 1
left join hubspot_contacts
    on people.email_hash = hubspot_contacts.email_hash
left join outreach_prospects
    on
        people.email_hash = outreach_prospects.email_hash
        and outreach_prospects.version_rank = 1
left join accounts
    on coalesce(salesforce_contacts.account_id, hubspot_contacts.salesforce_account_id) = accounts.account_id
