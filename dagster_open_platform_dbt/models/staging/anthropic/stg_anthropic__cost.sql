with source as (

    select * from {{ source('claude', 'cost') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by usage_date, workspace_id, description
        order by amount_cents desc
    ) = 1

)

select
    usage_date,
    workspace_id,
    description,
    cost_type,
    model,
    service_tier,
    context_window,
    token_type,
    cast(amount_cents as double) / 100 as cost_usd
from latest
