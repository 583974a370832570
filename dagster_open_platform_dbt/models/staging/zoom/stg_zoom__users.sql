with source as (

    select * from {{ source('zoom', 'users') }}

)

select
    id as zoom_user_id,
    {{ text_hash('lower(trim(email))') }} as email_hash,
    dept as department,
    type = 2 as is_licensed,
    {{ utc_timestamp('last_login_time') }} as last_login_at,
    {{ utc_timestamp('created_at') }} as created_at
from source
