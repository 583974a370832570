with source as (

    {{ union_shards('directory', 'users_organizations', [
        'id', 'user_id', 'organization_id', 'role', 'is_guest', 'created_at', 'updated_at', '_sling_loaded_at'
    ]) }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by updated_at desc, _sling_loaded_at desc, shard asc
    ) = 1

)

select
    id as membership_id,
    user_id,
    organization_id,
    shard as directory_shard,
    nullif(trim(role), '') as member_role,
    is_guest,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
