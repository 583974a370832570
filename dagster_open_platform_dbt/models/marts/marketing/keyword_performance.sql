with google as (

    select
        stat_date,
        account_id,
        campaign_id,
        ad_group_id,
        keyword_id,
        impressions,
        clicks,
        conversions,
        cost
    from {{ ref('stg_google_ads__keyword_stats') }}

),

google_keywords as (

    select
        ad_group_id,
        keyword_id,
        keyword_text,
        match_type,
        quality_score
    from {{ ref('stg_google_ads__keywords') }}

),

bing as (

    select
        stat_date,
        account_id,
        campaign_id,
        ad_group_id,
        keyword_id,
        impressions,
        clicks,
        conversions,
        cost
    from {{ ref('stg_bing__keyword_performance') }}

),

bing_keywords as (

    select
        keyword_id,
        keyword_text,
        match_type
    from {{ ref('stg_bing__keywords') }}

),

stats as (

    select
        'google_ads' as platform,
        google.stat_date,
        google.campaign_id,
        google.ad_group_id,
        google.keyword_id,
        google_keywords.keyword_text,
        lower(google_keywords.match_type) as match_type,
        google_keywords.quality_score,
        google.impressions,
        google.clicks,
        google.conversions,
        google.cost
    from google
    left join google_keywords
        on
            google.ad_group_id = google_keywords.ad_group_id
            and google.keyword_id = google_keywords.keyword_id
    union all
    select
        'bing' as platform,
        bing.stat_date,
        bing.campaign_id,
        bing.ad_group_id,
        bing.keyword_id,
        bing_keywords.keyword_text,
        lower(bing_keywords.match_type) as match_type,
        cast(null as bigint) as quality_score,
        bing.impressions,
        bing.clicks,
        bing.conversions,
        bing.cost
    from bing
    left join bing_keywords
        on bing.keyword_id = bing_keywords.keyword_id

),

campaigns as (

    select
        platform,
        campaign_id,
        currency,
        utm_campaign
    from {{ ref('int_marketing__network_campaigns') }}

),

rates as (

    select
        currency,
        units_per_usd
    from {{ ref('stg_salesforce__currency_type') }}

),

months as (

    select
        {{ month_start('stats.stat_date') }} as month_start_date,
        stats.platform,
        stats.ad_group_id,
        stats.keyword_id,
        max(stats.keyword_text) as keyword_text,
        max(stats.match_type) as match_type,
        max(stats.quality_score) as quality_score,
        max(campaigns.utm_campaign) as utm_campaign,
        cast(sum(stats.impressions) as bigint) as impressions,
        cast(sum(stats.clicks) as bigint) as clicks,
        sum(stats.conversions) as conversions,
        sum({{ safe_divide('stats.cost', 'rates.units_per_usd') }}) as cost_usd
    from stats
    left join campaigns
        on
            stats.platform = campaigns.platform
            and stats.campaign_id = campaigns.campaign_id
    left join rates
        on campaigns.currency = rates.currency
    group by
        {{ month_start('stats.stat_date') }},
        stats.platform,
        stats.ad_group_id,
        stats.keyword_id

)

select
    month_start_date,
    platform,
    ad_group_id,
    keyword_id,
    keyword_text,
    match_type,
    quality_score,
    utm_campaign,
    impressions,
    clicks,
    conversions,
    cost_usd,
    {{ safe_divide('clicks', 'impressions') }} as click_rate,
    {{ safe_divide('cost_usd', 'clicks') }} as cost_per_click_usd
from months
