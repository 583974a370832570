with source as (

    select * from {{ source('salesforce', 'contact') }}

)

select
    id as contact_id,
    account_id,
    owner_id as owner_user_id,
    {{ text_hash('lower(trim(email))') }} as email_hash,
    split_part(lower(trim(email)), '@', 2) as email_domain,
    cast(user_id_c as bigint) as user_id,
    title as job_title,
    department,
    lead_source,
    utm_campaign_c as campaign_tag,
    mailing_country as country,
    has_opted_out_of_email as is_email_opted_out,
    do_not_call as is_call_opted_out,
    is_email_bounced,
    last_activity_date,
    {{ utc_timestamp('created_date') }} as created_at,
    {{ utc_timestamp('last_modified_date') }} as updated_at
from source
where
    not is_deleted
    and not _fivetran_deleted
