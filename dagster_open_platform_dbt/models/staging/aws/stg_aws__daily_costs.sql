with source as (

    select * from {{ source('aws', 'daily_costs') }}

)

select
    cast(day as date) as usage_date,
    product_code,
    team,
    unblended_cost as cost_usd,
    cast(line_items as bigint) as line_count
from source
