with source as (

    {{ union_shards('setup', 'notifications', [
        'id', 'organization_id', 'alert_id', 'channel', 'status', 'created_at', 'sent_at', 'updated_at',
        '_sling_loaded_at'
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
    id as notification_id,
    shard,
    organization_id,
    alert_id,
    channel as notification_channel,
    status,
    status in ('SENT', 'READ') as is_delivered,
    {{ utc_timestamp('created_at') }} as created_at,
    cast({{ utc_timestamp('created_at') }} as date) as created_date,
    {{ utc_timestamp('sent_at') }} as sent_at,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
