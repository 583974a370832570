with source as (

    select * from {{ source('hubspot', 'contact') }}

)

select
    id as contact_id,
    {{ text_hash('lower(trim(property_email))') }} as email_hash,
    {{ masked('lower(trim(property_email))') }} as email_address,
    {{ masked('property_firstname') }} as given_name,
    {{ masked('property_lastname') }} as family_name
from source
where not _fivetran_deleted
