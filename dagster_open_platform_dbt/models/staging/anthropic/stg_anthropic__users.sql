with source as (

    select * from {{ source('claude', 'users') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by removed_at desc, added_at desc
    ) = 1

)

select
    id as claude_user_id,
    {{ text_hash('lower(trim(email))') }} as email_hash,
    role,
    {{ utc_timestamp('added_at') }} as added_at
from latest
