with source as (

    {{ union_shards('access', 'session_tokens', [
        'id', 'user_id', 'organization_id', 'user_agent', 'created_at', 'expires_at', '_sling_loaded_at'
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
    id as session_id,
    user_id,
    organization_id,
    case
        when user_agent like 'Mozilla/%' then 'BROWSER'
        when user_agent like 'dagster-cloud-cli/%' then 'CLI'
        when user_agent is not null then 'API'
    end as client_kind,
    {{ utc_timestamp('created_at') }} as opened_at,
    {{ utc_timestamp('expires_at') }} as expires_at
from latest
