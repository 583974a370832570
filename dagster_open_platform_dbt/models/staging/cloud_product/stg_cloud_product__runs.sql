with source as (

    {{ union_shards('runs', 'runs', [
        'id', 'run_id', 'organization_id', 'deployment_id', 'job_id', 'job_name', 'status', 'partition_date',
        'start_time', 'end_time', 'compute_cost', 'created_at', 'updated_at', '_sling_loaded_at'
    ]) }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by run_id
        order by updated_at desc, _sling_loaded_at desc, shard asc
    ) = 1

)

-- Durations and costs are whole milliseconds and millionths: their sums do not depend on the order of the rows.
select
    run_id,
    shard,
    id as run_number,
    organization_id,
    deployment_id,
    job_id,
    job_name,
    status,
    status in ('SUCCESS', 'FAILURE', 'CANCELED') as is_finished,
    status = 'SUCCESS' as is_succeeded,
    status = 'FAILURE' as is_failed,
    partition_date,
    {{ utc_timestamp('created_at') }} as created_at,
    cast({{ utc_timestamp('created_at') }} as date) as created_date,
    {{ utc_timestamp('updated_at') }} as updated_at,
    {{ utc_from_unix('start_time') }} as started_at,
    {{ utc_from_unix('end_time') }} as ended_at,
    cast(floor((end_time - start_time) * 1000 + 0.5) as bigint) as duration_ms,
    cast(compute_cost * 1000000 as bigint) as compute_cost_micros
from latest
