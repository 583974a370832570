with source as (

    select * from {{ source('salesforce', 'lead') }}

)

select
    id as lead_id,
    {{ text_hash('lower(trim(email))') }} as email_hash,
    {{ masked('lower(trim(email))') }} as email_address,
    {{ masked('first_name') }} as given_name,
    {{ masked('last_name') }} as family_name,
    {{ masked('phone') }} as phone_number
from source
where
    not is_deleted
    and not _fivetran_deleted
