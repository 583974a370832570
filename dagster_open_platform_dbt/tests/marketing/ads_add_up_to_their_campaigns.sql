{{ config(meta={'dagster': {'ref': {'name': 'fct_ad_performance'}}}) }}

-- What the ads of a campaign cost and got on a day is what the network reports for the campaign as a whole.
{% set first_day = "cast('" ~ var('first_date') ~ "' as date)" %}
with reported as (

    select
        'google_ads' as platform,
        stat_date,
        campaign_id,
        cost,
        impressions,
        clicks
    from {{ ref('stg_google_ads__campaign_stats') }}
    union all
    select
        'linkedin_ads' as platform,
        stat_date,
        campaign_id,
        cost,
        impressions,
        clicks
    from {{ ref('stg_linkedin_ads__campaign_analytics') }}
    union all
    select
        'reddit_ads' as platform,
        stat_date,
        campaign_id,
        cost,
        impressions,
        clicks
    from {{ ref('stg_reddit_ads__campaign_report') }}
    union all
    select
        'bing' as platform,
        stat_date,
        campaign_id,
        cost,
        impressions,
        clicks
    from {{ ref('stg_bing__campaign_performance') }}

),

campaigns as (

    select
        platform,
        stat_date,
        campaign_id,
        sum(cost) as cost,
        sum(impressions) as impressions,
        sum(clicks) as clicks
    from reported
    where stat_date >= {{ first_day }}
    group by
        platform,
        stat_date,
        campaign_id

),

ads as (

    select
        platform,
        stat_date,
        network_campaign_id as campaign_id,
        sum(cost) as cost,
        sum(impressions) as impressions,
        sum(clicks) as clicks
    from {{ ref('fct_ad_performance') }}
    group by
        platform,
        stat_date,
        network_campaign_id

)

select
    coalesce(campaigns.platform, ads.platform) as platform,
    coalesce(campaigns.stat_date, ads.stat_date) as stat_date,
    coalesce(campaigns.campaign_id, ads.campaign_id) as campaign_id,
    campaigns.cost as campaign_cost,
    ads.cost as ads_cost,
    campaigns.clicks as campaign_clicks,
    ads.clicks as ads_clicks
from campaigns
full outer join ads
    on
        campaigns.platform = ads.platform
        and campaigns.stat_date = ads.stat_date
        and campaigns.campaign_id = ads.campaign_id
where
    abs(coalesce(campaigns.cost, 0) - coalesce(ads.cost, 0)) > 0.01
    or coalesce(campaigns.impressions, 0) <> coalesce(ads.impressions, 0)
    or coalesce(campaigns.clicks, 0) <> coalesce(ads.clicks, 0)
