with source as (

    {{ union_shards('access', 'teams', [
        'id', 'organization_id', 'name', 'created_at', 'updated_at', '_sling_loaded_at'
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
    id as team_id,
    organization_id,
    nullif(trim(name), '') as team_name,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
