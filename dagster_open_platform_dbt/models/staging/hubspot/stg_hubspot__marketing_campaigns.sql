with source as (

    select * from {{ source('hubspot_marketing', 'marketing_campaign') }}

)

select
    id as marketing_campaign_id,
    property_hs_name as campaign_name,
    property_hs_utm as utm_campaign,
    property_hs_campaign_status as status,
    property_hs_audience as audience,
    property_hs_budget_items_sum_amount as budget,
    property_hs_currency_code as currency,
    property_hs_start_date as start_date,
    property_hs_end_date as end_date
from source
where not _fivetran_deleted
