with keys as (

    select
        api_key_id,
        service_name,
        coalesce(workspace_id, 'default') as workspace_key,
        created_at
    from {{ ref('stg_anthropic__api_keys') }}
    where service_name is not null

),

services as (

    select
        service_name,
        purpose,
        is_cost_of_revenue
    from {{ ref('ai_services') }}

),

-- Costs come by workspace, and a workspace is for what its first service is for.
ranked as (

    select
        keys.workspace_key,
        keys.service_name,
        services.purpose,
        services.is_cost_of_revenue,
        row_number() over (
            partition by keys.workspace_key
            order by keys.created_at, keys.api_key_id
        ) as place
    from keys
    inner join services
        on keys.service_name = services.service_name

)

select
    workspace_key,
    service_name,
    purpose,
    is_cost_of_revenue
from ranked
where place = 1
