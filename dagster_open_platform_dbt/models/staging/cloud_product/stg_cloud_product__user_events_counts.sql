with source as (

    {{ union_shards('runs', 'user_events_counts', [
        'user_id', 'day', 'event_kind', 'organization_id', 'count', 'created_at', 'updated_at', '_sling_loaded_at'
    ]) }}

),

-- A day may be counted again a day or two later; the last count holds.
latest as (

    select *
    from source
    qualify row_number() over (
        partition by user_id, day, event_kind
        order by updated_at desc, _sling_loaded_at desc, shard asc
    ) = 1

)

select
    user_id,
    day as event_date,
    event_kind,
    organization_id,
    shard,
    count as event_count,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
