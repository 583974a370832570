with source as (

    {{ union_shards('runs', 'event_logs', [
        'id', 'run_id', 'organization_id', 'event_type', 'step_key', 'asset_key', 'timestamp'
    ]) }}

)

-- Rows are only added and the load keeps one a key, so there is no older version to drop; a window over the largest
-- table would make each day read all others.
select
    shard,
    id as event_log_id,
    run_id,
    organization_id,
    event_type,
    nullif(trim(step_key), '') as step_key,
    nullif(trim(asset_key), '') as asset_key,
    {{ utc_timestamp('timestamp') }} as occurred_at,
    cast({{ utc_timestamp('timestamp') }} as date) as occurred_date
from source
