with source as (

    {{ union_shards('access', 'audit_log', [
        'id', 'organization_id', 'user_id', 'event_type', 'target', 'metadata', 'created_at', '_sling_loaded_at'
    ]) }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by _sling_loaded_at desc, shard asc
    ) = 1

)

select
    id as audit_log_id,
    organization_id,
    user_id,
    event_type,
    nullif(trim(target), '') as target_name,
    {{ json_text('metadata', 'source') }} as request_source,
    coalesce({{ json_text('metadata', 'mfa') }} = 'true', false) as is_mfa_used,
    {{ utc_timestamp('created_at') }} as occurred_at,
    cast({{ utc_timestamp('created_at') }} as date) as occurred_date
from latest
