with source as (

    select * from {{ source('salesforce', 'lead') }}

)

select
    id as lead_id,
    {{ text_hash('lower(trim(email))') }} as email_hash,
    split_part(lower(trim(email)), '@', 2) as email_domain,
    company as company_name,
    title as job_title,
    industry,
    number_of_employees as employee_count,
    country,
    status as lead_status,
    rating,
    lead_source,
    utm_campaign_c as campaign_tag,
    owner_id as owner_user_id,
    is_converted,
    converted_date,
    converted_account_id,
    converted_contact_id,
    converted_opportunity_id,
    has_opted_out_of_email as is_email_opted_out,
    {{ utc_timestamp('created_date') }} as created_at,
    cast({{ utc_timestamp('created_date') }} as date) as created_date,
    {{ utc_timestamp('last_modified_date') }} as updated_at
from source
where
    not is_deleted
    and not _fivetran_deleted
