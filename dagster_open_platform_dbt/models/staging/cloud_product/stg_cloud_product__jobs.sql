with source as (

    {{ union_shards('setup', 'jobs', [
        'id', 'organization_id', 'deployment_id', 'location_id', 'name', 'is_asset_job', 'schedule', 'created_at',
        'updated_at', '_sling_loaded_at'
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
    id as job_id,
    shard,
    organization_id,
    deployment_id,
    location_id,
    name as job_name,
    is_asset_job,
    nullif(trim(schedule), '') as cron_schedule,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
