with source as (

    {{ union_shards('setup', 'repository_locations_data', [
        'id', 'organization_id', 'deployment_id', 'location_name', 'image', 'load_count', 'load_error', 'loaded_at',
        'created_at', 'updated_at', '_sling_loaded_at'
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
    id as location_id,
    shard,
    organization_id,
    deployment_id,
    location_name,
    nullif(trim(image), '') as image,
    load_count,
    load_error is not null as has_load_error,
    split_part(load_error, ':', 1) as load_error_class,
    loaded_at,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
