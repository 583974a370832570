with source as (

    select * from {{ source('claude', 'usage') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by bucket_start, api_key_id, workspace_id, model, service_tier, context_window
        order by output_tokens desc
    ) = 1

)

select
    usage_date,
    {{ utc_timestamp('bucket_start') }} as bucket_started_at,
    api_key_id,
    workspace_id,
    model,
    service_tier,
    context_window,
    uncached_input_tokens as input_tokens,
    cache_write_5m_tokens + cache_write_1h_tokens as cache_write_tokens,
    cache_read_tokens,
    output_tokens,
    web_search_requests as web_search_count
from latest
