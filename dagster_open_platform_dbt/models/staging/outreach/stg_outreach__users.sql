with source as (

    select * from {{ source('outreach', 'users') }}

)

select
    id as outreach_user_id,
    {{ text_hash('lower(trim(email))') }} as email_hash,
    locked as is_locked,
    {{ utc_timestamp('last_sign_in_at') }} as last_sign_in_at,
    {{ utc_timestamp('created_at') }} as created_at
from source
