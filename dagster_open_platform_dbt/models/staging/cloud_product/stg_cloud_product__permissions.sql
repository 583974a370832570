with source as (

    {{ union_shards('access', 'permissions', [
        'id', 'organization_id', 'role', 'scope', 'deployment_name', 'created_at', 'updated_at', '_sling_loaded_at'
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
    id as permission_id,
    organization_id,
    role as granted_role,
    scope as permission_scope,
    nullif(trim(deployment_name), '') as deployment_name,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
