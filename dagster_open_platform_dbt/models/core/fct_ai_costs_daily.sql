with costs as (

    select
        usage_date,
        coalesce(workspace_id, 'default') as workspace_key,
        coalesce(model, 'none') as model_name,
        cost_type,
        sum(cost_usd) as cost_usd
    from {{ ref('stg_anthropic__cost') }}
    group by
        usage_date,
        coalesce(workspace_id, 'default'),
        coalesce(model, 'none'),
        cost_type

),

usage as (

    select
        usage_date,
        coalesce(workspace_id, 'default') as workspace_key,
        model,
        cast(sum(input_tokens + cache_write_tokens + cache_read_tokens) as bigint) as input_tokens,
        cast(sum(cache_read_tokens) as bigint) as cache_read_tokens,
        cast(sum(output_tokens) as bigint) as output_tokens
    from {{ ref('stg_anthropic__usage') }}
    group by
        usage_date,
        coalesce(workspace_id, 'default'),
        model

),

workspaces as (

    select
        workspace_key,
        service_name,
        purpose,
        is_cost_of_revenue
    from {{ ref('int_finance__ai_workspaces') }}

)

select
    costs.usage_date,
    costs.workspace_key,
    costs.model_name,
    costs.cost_type,
    workspaces.service_name,
    coalesce(workspaces.purpose, 'Unknown') as purpose,
    coalesce(workspaces.is_cost_of_revenue, false) as is_cost_of_revenue,
    coalesce(usage.input_tokens, 0) as input_tokens,
    coalesce(usage.cache_read_tokens, 0) as cache_read_tokens,
    coalesce(usage.output_tokens, 0) as output_tokens,
    costs.cost_usd
from costs
left join usage
    on
        costs.usage_date = usage.usage_date
        and costs.workspace_key = usage.workspace_key
        and costs.model_name = usage.model
        and costs.cost_type = 'tokens'
left join workspaces
    on costs.workspace_key = workspaces.workspace_key
