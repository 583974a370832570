with usage as (

    select
        {{ week_start('usage_date') }} as week_start,
        actor_type,
        actor_hash,
        session_count,
        lines_added_count,
        lines_removed_count,
        commit_count,
        pull_request_count,
        cost_usd
    from {{ ref('stg_anthropic__claude_code') }}

)

select
    week_start,
    count(distinct case when actor_type = 'user_actor' then actor_hash end) as developer_count,
    cast(coalesce(sum(session_count), 0) as bigint) as session_count,
    cast(coalesce(sum(lines_added_count), 0) as bigint) as lines_added_count,
    cast(coalesce(sum(lines_removed_count), 0) as bigint) as lines_removed_count,
    cast(coalesce(sum(commit_count), 0) as bigint) as commit_count,
    cast(coalesce(sum(pull_request_count), 0) as bigint) as pull_request_count,
    sum(cost_usd) as cost_usd,
    sum(case when actor_type = 'api_actor' then cost_usd else 0 end) as automation_cost_usd,
    {{ safe_divide(
        "sum(case when actor_type = 'user_actor' then cost_usd else 0 end)",
        "count(distinct case when actor_type = 'user_actor' then actor_hash end)"
    ) }} as cost_per_developer_usd
from usage
group by week_start
