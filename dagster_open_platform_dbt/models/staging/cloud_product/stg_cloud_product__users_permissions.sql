with source as (

    {{ union_shards('access', 'users_permissions', [
        'user_id', 'permission_id', 'created_at', '_sling_loaded_at'
    ]) }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by user_id, permission_id
        order by _sling_loaded_at desc, shard asc
    ) = 1

)

select
    user_id,
    permission_id,
    {{ utc_timestamp('created_at') }} as granted_at
from latest
