with source as (

    select * from {{ source('salesforce', 'campaign') }}

)

select
    id as campaign_id,
    name as campaign_name,
    lower(type) as campaign_type,
    status as campaign_status,
    utm_campaign_c as campaign_tag,
    is_active,
    start_date,
    end_date,
    budgeted_cost as budgeted_cost_usd,
    actual_cost as actual_cost_usd,
    owner_id as owner_user_id,
    {{ utc_timestamp('created_date') }} as created_at
from source
where
    not is_deleted
    and not _fivetran_deleted
