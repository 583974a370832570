with google_tags as (

    select
        ad_groups.campaign_id,
        max(ads.utm_campaign) as utm_campaign
    from {{ ref('stg_google_ads__ads') }} as ads
    inner join {{ ref('stg_google_ads__ad_groups') }} as ad_groups
        on ads.ad_group_id = ad_groups.ad_group_id
    group by ad_groups.campaign_id

),

linkedin_tags as (

    select
        campaign_id,
        max(utm_campaign) as utm_campaign
    from {{ ref('stg_linkedin_ads__creatives') }}
    group by campaign_id

),

reddit_tags as (

    select
        campaign_id,
        max(utm_campaign) as utm_campaign
    from {{ ref('stg_reddit_ads__ads') }}
    group by campaign_id

),

bing_tags as (

    select
        ad_groups.campaign_id,
        max(ads.utm_campaign) as utm_campaign
    from {{ ref('stg_bing__ads') }} as ads
    inner join {{ ref('stg_bing__ad_groups') }} as ad_groups
        on ads.ad_group_id = ad_groups.ad_group_id
    group by ad_groups.campaign_id

),

campaigns as (

    select
        'google_ads' as platform,
        campaigns.campaign_id,
        campaigns.account_id,
        payers.account_name,
        payers.currency,
        campaigns.campaign_name,
        campaigns.status,
        campaigns.start_date,
        campaigns.end_date,
        google_tags.utm_campaign
    from {{ ref('stg_google_ads__campaigns') }} as campaigns
    left join {{ ref('stg_google_ads__accounts') }} as payers
        on campaigns.account_id = payers.account_id
    left join google_tags
        on campaigns.campaign_id = google_tags.campaign_id
    union all
    select
        'linkedin_ads' as platform,
        campaigns.campaign_id,
        campaigns.account_id,
        payers.account_name,
        payers.currency,
        campaigns.campaign_name,
        campaigns.status,
        campaigns.start_date,
        -- It ends at midnight, the day before being its last.
        cast({{ add_days('cast(campaigns.end_at as date)', -1) }} as date) as end_date,
        linkedin_tags.utm_campaign
    from {{ ref('stg_linkedin_ads__campaigns') }} as campaigns
    left join {{ ref('stg_linkedin_ads__accounts') }} as payers
        on campaigns.account_id = payers.account_id
    left join linkedin_tags
        on campaigns.campaign_id = linkedin_tags.campaign_id
    union all
    select
        'reddit_ads' as platform,
        campaigns.campaign_id,
        campaigns.account_id,
        payers.account_name,
        payers.currency,
        campaigns.campaign_name,
        campaigns.status,
        cast(campaigns.created_at as date) as start_date,
        cast(null as date) as end_date,
        reddit_tags.utm_campaign
    from {{ ref('stg_reddit_ads__campaigns') }} as campaigns
    left join {{ ref('stg_reddit_ads__accounts') }} as payers
        on campaigns.account_id = payers.account_id
    left join reddit_tags
        on campaigns.campaign_id = reddit_tags.campaign_id
    union all
    select
        'bing' as platform,
        campaigns.campaign_id,
        campaigns.account_id,
        payers.account_name,
        payers.currency,
        campaigns.campaign_name,
        campaigns.status,
        cast(null as date) as start_date,
        cast(null as date) as end_date,
        bing_tags.utm_campaign
    from {{ ref('stg_bing__campaigns') }} as campaigns
    left join {{ ref('stg_bing__accounts') }} as payers
        on campaigns.account_id = payers.account_id
    left join bing_tags
        on campaigns.campaign_id = bing_tags.campaign_id

),

-- Campaigns without ads of their own have no links that say their tag.
listed_tags as (

    select
        platform,
        network_campaign_id,
        utm_campaign
    from {{ ref('network_campaign_tags') }}

)

select
    campaigns.platform,
    campaigns.campaign_id,
    campaigns.account_id,
    campaigns.account_name,
    campaigns.currency,
    campaigns.campaign_name,
    lower(campaigns.status) as status,
    campaigns.start_date,
    campaigns.end_date,
    coalesce(listed_tags.utm_campaign, campaigns.utm_campaign) as utm_campaign
from campaigns
left join listed_tags
    on
        campaigns.platform = listed_tags.platform
        and campaigns.campaign_id = listed_tags.network_campaign_id
