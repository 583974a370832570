with source as (

    select * from {{ source('salesforce', 'user') }}

)

select
    id as user_id,
    {{ text_hash('lower(trim(email))') }} as email_hash,
    {{ masked('lower(trim(email))') }} as email_address,
    {{ masked('first_name') }} as given_name,
    {{ masked('last_name') }} as family_name,
    {{ masked('name') }} as full_name
from source
where not _fivetran_deleted
