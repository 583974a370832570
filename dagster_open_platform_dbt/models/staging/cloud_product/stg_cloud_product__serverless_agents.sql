with source as (

    {{ union_shards('setup', 'serverless_agents', [
        'id', 'organization_id', 'deployment_id', 'status', 'cpu_limit', 'memory_mb', 'restart_count', 'restarted_at',
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
    id as agent_id,
    shard,
    organization_id,
    deployment_id,
    status,
    status = 'RUNNING' as is_running,
    cpu_limit,
    memory_mb,
    restart_count,
    {{ utc_timestamp('restarted_at') }} as restarted_at,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
