with source as (

    select * from {{ source('slack', 'channels') }}

)

select
    id as channel_id,
    name as channel_name,
    is_archived,
    is_general,
    is_shared_with_others,
    member_count,
    {{ utc_timestamp('created_at') }} as created_at,
    cast({{ utc_timestamp('created_at') }} as date) as created_date
from source
