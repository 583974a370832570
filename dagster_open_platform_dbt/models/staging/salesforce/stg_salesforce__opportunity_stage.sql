with source as (

    select * from {{ source('salesforce', 'opportunity_stage') }}

)

select
    api_name as stage_name,
    sort_order as stage_order,
    cast(default_probability as bigint) as default_probability_percent,
    forecast_category_name as forecast_category,
    is_closed,
    is_won
from source
where not _fivetran_deleted
