with source as (

    select * from {{ source('hubspot', 'owner') }}

)

select
    owner_id,
    {{ text_hash('lower(trim(email))') }} as email_hash,
    user_id_including_inactive as hubspot_user_id,
    is_active,
    {{ utc_timestamp('created_at') }} as created_at
from source
