with source as (

    {{ union_shards('setup', 'alerts', [
        'id', 'organization_id', 'deployment_id', 'alert_policy_id', 'run_id', 'status', 'created_at', 'resolved_at',
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
    id as alert_id,
    shard,
    organization_id,
    deployment_id,
    alert_policy_id,
    run_id,
    status,
    status = 'RESOLVED' as is_resolved,
    {{ utc_timestamp('created_at') }} as triggered_at,
    cast({{ utc_timestamp('created_at') }} as date) as triggered_date,
    {{ utc_timestamp('resolved_at') }} as resolved_at,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
