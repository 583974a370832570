with source as (

    select * from {{ source('claude', 'claude_code') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by usage_date, actor_type, actor, terminal_type, model
        order by output_tokens desc
    ) = 1

)

select
    usage_date,
    actor_type,
    {{ text_hash('lower(trim(actor))') }} as actor_hash,
    case when actor_type = 'api_actor' then actor end as service_name,
    terminal_type,
    model,
    input_tokens,
    output_tokens,
    cache_read_tokens,
    cache_creation_tokens as cache_write_tokens,
    estimated_cost_cents / 100 as cost_usd,
    sessions as session_count,
    lines_added as lines_added_count,
    lines_removed as lines_removed_count,
    commits as commit_count,
    pull_requests as pull_request_count
from latest
