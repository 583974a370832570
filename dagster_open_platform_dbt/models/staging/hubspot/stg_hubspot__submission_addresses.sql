with source as (

    select * from {{ source('hubspot_marketing', 'submission_response') }}

)

select
    conversion_id as submission_id,
    form_id,
    {{ text_hash('lower(trim(field_value))') }} as email_hash,
    lower(split_part(trim(field_value), '@', 2)) as email_domain,
    {{ utc_from_unix('submitted_at / cast(1000 as double)') }} as submitted_at
from source
where field_name = 'email'
