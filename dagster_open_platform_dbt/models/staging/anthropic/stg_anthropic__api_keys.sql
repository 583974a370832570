with source as (

    select * from {{ source('claude', 'api_keys') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by created_at desc, status desc
    ) = 1

)

select
    id as api_key_id,
    case when split_part(name, '_key_', 1) <> 'claude_code' then name end as service_name,
    split_part(name, '_key_', 1) = 'claude_code' as is_personal,
    status,
    workspace_id,
    created_by_id as created_by_user_id,
    {{ utc_timestamp('created_at') }} as created_at
from latest
