with source as (

    select * from {{ source('bing', 'ad_performance_daily_report') }}

)

select
    _fivetran_id as stat_id,
    date as stat_date,
    cast(account_id as varchar) as account_id,
    cast(campaign_id as varchar) as campaign_id,
    cast(ad_group_id as varchar) as ad_group_id,
    cast(ad_id as varchar) as ad_id,
    device_type as device,
    currency_code as currency,
    cast(impressions as bigint) as impressions,
    cast(clicks as bigint) as clicks,
    cast(conversions as double) as conversions,
    cast(revenue as double) as conversion_value,
    cast(view_through_conversions as bigint) as view_through_conversions,
    cast(spend as double) as cost
from source
