with source as (

    select * from {{ source('reddit_ads', 'ad_conversions_report') }}

)

select
    date as stat_date,
    account_id,
    ad_id,
    event_name,
    cast(click_through_conversion_attribution_window_month as bigint) as click_conversions,
    cast(view_through_conversion_attribution_window_month as bigint) as view_conversions,
    cast(coalesce(total_value, 0) as double) / 1000000 as conversion_value
from source
