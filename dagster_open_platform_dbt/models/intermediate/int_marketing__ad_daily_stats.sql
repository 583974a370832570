with google_campaigns as (

    select
        stat_date,
        account_id,
        campaign_id,
        sum(cost) as cost,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(conversions) as conversions,
        sum(conversion_value) as conversion_value
    from {{ ref('stg_google_ads__campaign_stats') }}
    group by
        stat_date,
        account_id,
        campaign_id

),

google_ads as (

    select
        stat_date,
        account_id,
        campaign_id,
        ad_group_id,
        ad_id,
        sum(cost) as cost,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(conversions) as conversions,
        sum(conversion_value) as conversion_value
    from {{ ref('stg_google_ads__ad_stats') }}
    group by
        stat_date,
        account_id,
        campaign_id,
        ad_group_id,
        ad_id

),

google_ads_by_campaign as (

    select
        stat_date,
        campaign_id,
        sum(cost) as cost,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(conversions) as conversions,
        sum(conversion_value) as conversion_value
    from google_ads
    group by
        stat_date,
        campaign_id

),

-- What belongs to a campaign and to none of its ads: all of a Performance Max campaign.
google_remainders as (

    select
        google_campaigns.stat_date,
        google_campaigns.account_id,
        google_campaigns.campaign_id,
        google_campaigns.cost - coalesce(google_ads_by_campaign.cost, 0) as cost,
        google_campaigns.impressions - coalesce(google_ads_by_campaign.impressions, 0) as impressions,
        google_campaigns.clicks - coalesce(google_ads_by_campaign.clicks, 0) as clicks,
        google_campaigns.conversions - coalesce(google_ads_by_campaign.conversions, 0) as conversions,
        google_campaigns.conversion_value - coalesce(google_ads_by_campaign.conversion_value, 0) as conversion_value
    from google_campaigns
    left join google_ads_by_campaign
        on
            google_campaigns.stat_date = google_ads_by_campaign.stat_date
            and google_campaigns.campaign_id = google_ads_by_campaign.campaign_id

),

linkedin_creatives as (

    select
        creative_id,
        account_id,
        campaign_id
    from {{ ref('stg_linkedin_ads__creatives') }}

),

linkedin as (

    select
        stat_date,
        creative_id,
        cost,
        cost_usd,
        impressions,
        clicks,
        conversions,
        conversion_value
    from {{ ref('stg_linkedin_ads__creative_analytics') }}

),

reddit as (

    select
        stat_date,
        account_id,
        ad_id,
        cost,
        impressions,
        clicks
    from {{ ref('stg_reddit_ads__ad_report') }}

),

reddit_ads as (

    select
        ad_id,
        ad_group_id,
        campaign_id
    from {{ ref('stg_reddit_ads__ads') }}

),

reddit_conversions as (

    select
        stat_date,
        ad_id,
        click_conversions + view_conversions as conversions,
        conversion_value
    from {{ ref('stg_reddit_ads__ad_conversions') }}
    -- A visit to a page is no conversion for anybody else.
    where event_name = 'SIGN_UP'

),

bing as (

    select
        stat_date,
        account_id,
        campaign_id,
        ad_group_id,
        ad_id,
        sum(cost) as cost,
        sum(impressions) as impressions,
        sum(clicks) as clicks,
        sum(conversions) as conversions,
        sum(conversion_value) as conversion_value
    from {{ ref('stg_bing__ad_performance') }}
    group by
        stat_date,
        account_id,
        campaign_id,
        ad_group_id,
        ad_id

)

select
    'google_ads' as platform,
    stat_date,
    account_id,
    campaign_id,
    ad_group_id,
    ad_id,
    cost,
    cast(null as double) as network_cost_usd,
    cast(impressions as bigint) as impressions,
    cast(clicks as bigint) as clicks,
    conversions,
    conversion_value
from google_ads
union all
select
    'google_ads' as platform,
    stat_date,
    account_id,
    campaign_id,
    cast(null as varchar) as ad_group_id,
    cast(null as varchar) as ad_id,
    cost,
    cast(null as double) as network_cost_usd,
    cast(impressions as bigint) as impressions,
    cast(clicks as bigint) as clicks,
    conversions,
    conversion_value
from google_remainders
where
    impressions <> 0
    or clicks <> 0
    or abs(cost) > 0.005
union all
select
    'linkedin_ads' as platform,
    linkedin.stat_date,
    linkedin_creatives.account_id,
    linkedin_creatives.campaign_id,
    cast(null as varchar) as ad_group_id,
    linkedin.creative_id as ad_id,
    linkedin.cost,
    linkedin.cost_usd as network_cost_usd,
    linkedin.impressions,
    linkedin.clicks,
    cast(linkedin.conversions as double) as conversions,
    linkedin.conversion_value
from linkedin
inner join linkedin_creatives
    on linkedin.creative_id = linkedin_creatives.creative_id
union all
select
    'reddit_ads' as platform,
    reddit.stat_date,
    reddit.account_id,
    reddit_ads.campaign_id,
    reddit_ads.ad_group_id,
    reddit.ad_id,
    reddit.cost,
    cast(null as double) as network_cost_usd,
    reddit.impressions,
    reddit.clicks,
    cast(coalesce(reddit_conversions.conversions, 0) as double) as conversions,
    coalesce(reddit_conversions.conversion_value, 0) as conversion_value
from reddit
inner join reddit_ads
    on reddit.ad_id = reddit_ads.ad_id
left join reddit_conversions
    on
        reddit.stat_date = reddit_conversions.stat_date
        and reddit.ad_id = reddit_conversions.ad_id
union all
select
    'bing' as platform,
    stat_date,
    account_id,
    campaign_id,
    ad_group_id,
    ad_id,
    cost,
    cast(null as double) as network_cost_usd,
    cast(impressions as bigint) as impressions,
    cast(clicks as bigint) as clicks,
    conversions,
    conversion_value
from bing
