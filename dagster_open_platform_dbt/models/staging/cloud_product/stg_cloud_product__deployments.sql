with source as (

    {{ union_shards('deployments', 'deployments', [
        'id', 'public_id', 'organization_id', 'name', 'deployment_type', 'agent_type', 'status',
        'parent_deployment_id', 'last_deployed_at', 'created_at', 'updated_at', '_sling_loaded_at'
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
    id as deployment_id,
    public_id as deployment_public_id,
    shard,
    organization_id,
    nullif(trim(name), '') as deployment_name,
    deployment_type,
    agent_type,
    status,
    status = 'ACTIVE' as is_active,
    parent_deployment_id,
    last_deployed_at,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
