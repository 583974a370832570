with source as (

    {{ union_shards('setup', 'alert_policies', [
        'id', 'organization_id', 'deployment_id', 'name', 'event_types', 'notification_service', 'is_enabled',
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
    id as alert_policy_id,
    shard,
    organization_id,
    deployment_id,
    nullif(trim(name), '') as policy_name,
    {{ json_text('notification_service', 'kind') }} as notification_channel,
    cast({{ json_text('notification_service', 'cooldown') }} as bigint) as cooldown_minutes,
    coalesce(event_types like '%RUN_FAILURE%', false) as is_for_run_failures,
    coalesce(event_types like '%ASSET_CHECK_FAILED%', false) as is_for_failed_checks,
    coalesce(event_types like '%CODE_LOCATION_ERROR%', false) as is_for_code_location_errors,
    coalesce(event_types like '%AGENT_UNAVAILABLE%', false) as is_for_unavailable_agents,
    is_enabled,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
