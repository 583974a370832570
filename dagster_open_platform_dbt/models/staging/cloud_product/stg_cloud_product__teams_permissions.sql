with source as (

    {{ union_shards('access', 'teams_permissions', [
        'team_id', 'permission_id', 'created_at', '_sling_loaded_at'
    ]) }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by team_id, permission_id
        order by _sling_loaded_at desc, shard asc
    ) = 1

)

select
    team_id,
    permission_id,
    {{ utc_timestamp('created_at') }} as granted_at
from latest
