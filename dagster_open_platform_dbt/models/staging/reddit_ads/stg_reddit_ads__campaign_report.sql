with source as (

    select * from {{ source('reddit_ads', 'campaign_report') }}

)

select
    date as stat_date,
    account_id,
    campaign_id,
    cast(impressions as bigint) as impressions,
    cast(clicks as bigint) as clicks,
    cast(spend as double) / 1000000 as cost
from source
