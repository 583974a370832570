with source as (

    {{ union_shards('setup', 'catalog_views', [
        'id', 'organization_id', 'created_by', 'is_public', 'query', 'created_at', 'updated_at', '_sling_loaded_at'
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
    id as catalog_view_id,
    shard,
    organization_id,
    created_by as created_by_user_id,
    is_public,
    {{ json_text('query', 'group') }} as asset_group,
    coalesce({{ json_text('query', 'stale_only') }} = 'true', false) as is_for_stale_assets,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
