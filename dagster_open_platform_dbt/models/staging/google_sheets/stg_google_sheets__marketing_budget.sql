with source as (

    select * from {{ source('google_sheets', 'marketing_budget') }}

)

select
    month as month_start_date,
    lower(trim(channel)) as channel,
    campaign as campaign_name,
    utm_campaign as campaign_tag,
    planned_usd,
    committed_usd,
    cost_center,
    approved as is_approved
from source
where upper(trim(channel)) <> 'TOTAL'
