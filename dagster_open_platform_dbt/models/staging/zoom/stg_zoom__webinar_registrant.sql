with source as (

    select * from {{ source('zoom', 'webinar_registrant') }}

)

select
    webinar_uuid,
    user_id as registrant_id,
    {{ text_hash('lower(trim(email))') }} as email_hash,
    split_part(lower(trim(email)), '@', 2) as email_domain,
    org as company_name,
    job_title,
    country as country_code,
    no_of_employees as employee_range,
    status as registration_status,
    {{ utc_timestamp('create_time') }} as registered_at
from source
