-- Rows are only added and the load keeps one a key, so there is no older version to drop.
with source as (

    {{ union_shards('runs', 'run_tags', [
        'id', 'run_id', 'organization_id', 'key', 'value', 'created_at', '_sling_loaded_at'
    ]) }}

)

select
    shard,
    id as run_tag_id,
    run_id,
    organization_id,
    key as tag_key,
    case when key <> 'note' then nullif(trim(value), '') end as tag_value,
    {{ utc_timestamp('created_at') }} as created_at
from source
