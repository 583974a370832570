with source as (

    select * from {{ source('hubspot', 'contact') }}

)

select
    id as contact_id,
    {{ text_hash('lower(trim(property_email))') }} as email_hash,
    split_part(lower(trim(property_email)), '@', 2) as email_domain,
    property_company as company_name,
    property_jobtitle as job_title,
    property_country as country,
    property_lifecyclestage as lifecycle_stage,
    property_hs_lead_status as lead_status,
    property_hubspot_owner_id as owner_id,
    cast(property_associatedcompanyid as bigint) as company_id,
    property_salesforcecontactid as salesforce_contact_id,
    property_salesforceleadid as salesforce_lead_id,
    property_salesforceaccountid as salesforce_account_id,
    cast(property_organization_id as bigint) as organization_id,
    cast(property_dagster_user_id as bigint) as user_id,
    property_hs_analytics_source as original_source,
    property_utm_campaign as campaign_tag,
    property_utm_source as campaign_source,
    property_utm_medium as campaign_medium,
    cast(property_hubspotscore as bigint) as hubspot_score,
    property_hs_email_optout as is_email_opted_out,
    cast(property_num_conversion_events as bigint) as form_submission_count,
    {{ utc_timestamp('property_first_conversion_date') }} as first_form_at,
    property_first_conversion_event_name as first_form_name,
    {{ utc_timestamp('property_hs_lifecyclestage_lead_date') }} as became_lead_at,
    {{ utc_timestamp('property_hs_lifecyclestage_marketingqualifiedlead_date') }} as became_marketing_qualified_at,
    {{ utc_timestamp('property_hs_lifecyclestage_opportunity_date') }} as became_opportunity_at,
    {{ utc_timestamp('property_hs_lifecyclestage_customer_date') }} as became_customer_at,
    {{ utc_timestamp('property_createdate') }} as created_at,
    {{ utc_timestamp('property_lastmodifieddate') }} as updated_at
from source
where not _fivetran_deleted
