with leads as (

    select
        lead_id,
        email_hash,
        email_domain,
        company_name,
        job_title,
        industry,
        employee_count,
        country,
        lead_status,
        rating,
        lead_source,
        campaign_tag,
        owner_user_id,
        is_converted,
        converted_date,
        converted_account_id,
        converted_contact_id,
        converted_opportunity_id,
        is_email_opted_out,
        created_at,
        created_date,
        updated_at
    from {{ ref('stg_salesforce__lead') }}

),

changes as (

    select
        lead_id,
        min(case when field_name = 'status' and new_value = 'Working' then changed_at end) as first_worked_at,
        max(case when field_name = 'status' and new_value = 'Unqualified' then changed_at end) as unqualified_at,
        min(case when field_name = 'converted' then changed_at end) as converted_at
    from {{ ref('stg_salesforce__lead_history') }}
    group by lead_id

),

opportunities as (

    select
        opportunity_id,
        is_won
    from {{ ref('stg_salesforce__opportunity') }}

),

contacts as (

    select
        contact_id,
        email_hash
    from {{ ref('stg_hubspot__contact') }}

)

select
    leads.lead_id,
    leads.email_hash,
    leads.email_domain,
    row_number() over (partition by leads.email_hash order by leads.created_at asc, leads.lead_id asc) > 1
        as is_duplicate,
    contacts.contact_id as hubspot_contact_id,
    leads.company_name,
    leads.job_title,
    leads.industry,
    leads.employee_count,
    leads.country as country_name,
    leads.lead_status,
    leads.rating,
    leads.lead_source,
    leads.campaign_tag,
    leads.owner_user_id,
    leads.is_email_opted_out,
    leads.created_at,
    leads.created_date,
    changes.first_worked_at,
    {{ hours_between('leads.created_at', 'changes.first_worked_at') }} as hours_to_first_work,
    case when leads.lead_status = 'Unqualified' then changes.unqualified_at end as unqualified_at,
    leads.is_converted,
    coalesce(cast(changes.converted_at as date), leads.converted_date) as converted_date,
    {{ days_between('leads.created_date', 'leads.converted_date') }} as days_to_conversion,
    leads.converted_account_id as account_id,
    leads.converted_contact_id as salesforce_contact_id,
    opportunities.opportunity_id,
    coalesce(opportunities.is_won, false) as is_won,
    leads.updated_at
from leads
left join changes
    on leads.lead_id = changes.lead_id
left join opportunities
    on leads.converted_opportunity_id = opportunities.opportunity_id
left join contacts
    on leads.email_hash = contacts.email_hash
