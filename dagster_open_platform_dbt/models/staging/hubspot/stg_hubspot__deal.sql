with source as (

    select * from {{ source('hubspot', 'deal') }}

)

select
    deal_id,
    property_hs_salesforceopportunityid as opportunity_id,
    property_dealname as deal_name,
    deal_pipeline_id as pipeline_id,
    deal_pipeline_stage_id as stage_id,
    property_dealtype as deal_type,
    owner_id,
    property_amount as amount,
    property_deal_currency_code as currency,
    property_hs_is_closed as is_closed,
    property_hs_is_closed_won as is_won,
    property_closed_lost_reason as loss_reason,
    {{ utc_timestamp('property_closedate') }} as closes_at,
    {{ utc_timestamp('property_createdate') }} as created_at,
    {{ utc_timestamp('property_hs_lastmodifieddate') }} as updated_at
from source
where
    not is_deleted
    and not _fivetran_deleted
