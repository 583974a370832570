with salesforce_campaigns as (

    select
        campaign_tag as utm_campaign,
        campaign_id,
        campaign_name,
        campaign_type,
        is_active,
        start_date,
        end_date,
        budgeted_cost_usd,
        actual_cost_usd,
        row_number() over (partition by campaign_tag order by created_at, campaign_id) as version_rank
    from {{ ref('stg_salesforce__campaign') }}
    where campaign_tag is not null

),

hubspot_campaigns as (

    select
        utm_campaign,
        marketing_campaign_id,
        campaign_name,
        audience,
        start_date,
        end_date,
        row_number() over (partition by utm_campaign order by marketing_campaign_id) as version_rank
    from {{ ref('stg_hubspot__marketing_campaigns') }}
    where utm_campaign is not null

),

network_campaigns as (

    select
        utm_campaign,
        platform,
        campaign_id,
        account_id,
        campaign_name,
        currency,
        status,
        start_date,
        end_date,
        row_number() over (partition by utm_campaign order by platform, campaign_id) as version_rank,
        count(*) over (partition by utm_campaign) as network_campaign_count
    from {{ ref('int_marketing__network_campaigns') }}
    where utm_campaign is not null

),

all_tags as (

    select utm_campaign
    from salesforce_campaigns
    union all
    select utm_campaign
    from hubspot_campaigns
    union all
    select utm_campaign
    from network_campaigns

),

tags as (

    select distinct utm_campaign
    from all_tags

)

select
    tags.utm_campaign,
    -- Salesforce's names are kept up; people rename campaigns in the networks as they like.
    coalesce(salesforce_campaigns.campaign_name, hubspot_campaigns.campaign_name, network_campaigns.campaign_name)
        as campaign_name,
    coalesce(salesforce_campaigns.campaign_name <> network_campaigns.campaign_name, false)
    or coalesce(salesforce_campaigns.campaign_name <> hubspot_campaigns.campaign_name, false) as has_name_conflict,
    coalesce(
        salesforce_campaigns.campaign_type,
        case when network_campaigns.utm_campaign is not null then 'advertisement' end
    ) as campaign_type,
    case
        when network_campaigns.platform in ('google_ads', 'bing') then 'paid_search'
        when network_campaigns.platform in ('linkedin_ads', 'reddit_ads') then 'paid_social'
        when salesforce_campaigns.campaign_type in ('email', 'webinar', 'conference')
            then salesforce_campaigns.campaign_type
        else 'other'
    end as channel,
    network_campaigns.platform,
    network_campaigns.campaign_id as network_campaign_id,
    coalesce(network_campaigns.network_campaign_count, 0) as network_campaign_count,
    network_campaigns.account_id as network_account_id,
    network_campaigns.currency,
    network_campaigns.status as network_status,
    salesforce_campaigns.campaign_id as salesforce_campaign_id,
    hubspot_campaigns.marketing_campaign_id as hubspot_campaign_id,
    hubspot_campaigns.audience,
    coalesce(salesforce_campaigns.start_date, hubspot_campaigns.start_date, network_campaigns.start_date) as start_date,
    coalesce(salesforce_campaigns.end_date, hubspot_campaigns.end_date, network_campaigns.end_date) as end_date,
    coalesce(salesforce_campaigns.is_active, false) as is_active,
    salesforce_campaigns.budgeted_cost_usd,
    salesforce_campaigns.actual_cost_usd
from tags
left join salesforce_campaigns
    on
        tags.utm_campaign = salesforce_campaigns.utm_campaign
        and salesforce_campaigns.version_rank = 1
left join hubspot_campaigns
    on
        tags.utm_campaign = hubspot_campaigns.utm_campaign
        and hubspot_campaigns.version_rank = 1
left join network_campaigns
    on
        tags.utm_campaign = network_campaigns.utm_campaign
        and network_campaigns.version_rank = 1
