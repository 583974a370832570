with source as (

    select * from {{ source('outreach', 'email_address') }}

)

select
    id as email_address_id,
    relationship_prospect_id as prospect_id,
    {{ text_hash('lower(trim(email))') }} as email_hash,
    split_part(lower(trim(email)), '@', 2) as email_domain,
    nullif(status, 'null') as address_status,
    {{ utc_timestamp('status_changed_at') }} as status_changed_at
from source
