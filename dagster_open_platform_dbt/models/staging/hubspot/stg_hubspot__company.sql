with source as (

    select * from {{ source('hubspot', 'company') }}

)

select
    id as company_id,
    property_name as company_name,
    property_domain as email_domain,
    property_type as company_type,
    property_lifecyclestage as lifecycle_stage,
    property_hubspot_owner_id as owner_id,
    property_industry as industry,
    property_country as country,
    cast(property_numberofemployees as bigint) as employee_count,
    property_annualrevenue as annual_revenue_usd,
    property_salesforceaccountid as salesforce_account_id,
    cast(property_organization_id as bigint) as organization_id,
    property_organization_public_id as organization_public_id,
    property_dagster_plan as plan_name,
    {{ utc_timestamp('property_signed_up_at') }} as signed_up_at,
    cast(property_num_associated_contacts as bigint) as contact_count,
    cast(property_num_associated_deals as bigint) as deal_count,
    property_hs_object_source_label as record_source,
    {{ utc_timestamp('property_createdate') }} as created_at,
    {{ utc_timestamp('property_hs_lastmodifieddate') }} as updated_at
from source
where
    not is_deleted
    and not _fivetran_deleted
