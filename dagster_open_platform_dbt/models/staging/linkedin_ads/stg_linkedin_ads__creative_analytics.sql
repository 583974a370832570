with source as (

    select * from {{ source('linkedin_ads', 'ad_analytics_by_creative') }}

)

select
    cast({{ utc_timestamp('day') }} as date) as stat_date,
    cast(creative_id as varchar) as creative_id,
    cast(impressions as bigint) as impressions,
    cast(clicks as bigint) as clicks,
    cast(external_website_conversions as bigint) as conversions,
    cast(external_website_post_click_conversions as bigint) as post_click_conversions,
    cast(external_website_post_view_conversions as bigint) as view_through_conversions,
    cast(conversion_value_in_local_currency as double) as conversion_value,
    cast(cost_in_local_currency as double) as cost,
    cast(cost_in_usd as double) as cost_usd
from source
