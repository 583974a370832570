with source as (

    {{ union_shards('access', 'teams_users', [
        'team_id', 'user_id', 'added_by', 'created_at', '_sling_loaded_at'
    ]) }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by team_id, user_id
        order by _sling_loaded_at desc, shard asc
    ) = 1

)

select
    team_id,
    user_id,
    added_by as added_by_user_id,
    {{ utc_timestamp('created_at') }} as added_at
from latest
