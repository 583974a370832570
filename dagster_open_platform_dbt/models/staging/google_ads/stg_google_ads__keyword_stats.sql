with source as (

    select * from {{ source('google_ads', 'keyword_stats') }}

)

select
    _fivetran_id as stat_id,
    date as stat_date,
    cast(customer_id as varchar) as account_id,
    cast(campaign_id as varchar) as campaign_id,
    cast(ad_group_id as varchar) as ad_group_id,
    cast(ad_group_criterion_criterion_id as varchar) as keyword_id,
    ad_network_type,
    device,
    cast(impressions as bigint) as impressions,
    cast(clicks as bigint) as clicks,
    cast(conversions as double) as conversions,
    cast(conversions_value as double) as conversion_value,
    cast(view_through_conversions as bigint) as view_through_conversions,
    cast(cost_micros as double) / 1000000 as cost
from source
