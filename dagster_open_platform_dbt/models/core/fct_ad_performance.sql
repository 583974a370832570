{# The networks count a conversion on the day of its click, up to thirty days later. #}
{% set lookback = 30 %}

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_window',
        event_time='stat_date',
        lookback=lookback,
        tags=['daily'],
        on_schema_change='fail'
    )
}}

with stats as (

    select
        platform,
        stat_date,
        account_id,
        campaign_id,
        ad_group_id,
        ad_id,
        cost,
        network_cost_usd,
        impressions,
        clicks,
        conversions,
        conversion_value
    from {{ ref('int_marketing__ad_daily_stats') }}
    where {{ in_run_window('stat_date', lookback) }}

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

)

select
    stats.stat_date,
    stats.platform,
    stats.account_id,
    stats.campaign_id as network_campaign_id,
    stats.ad_group_id,
    stats.ad_id,
    campaigns.utm_campaign,
    campaigns.currency,
    stats.cost,
    -- LinkedIn converts at the rate of the day; for the others the company's own rate holds.
    coalesce(stats.network_cost_usd, {{ safe_divide('stats.cost', 'rates.units_per_usd') }}) as cost_usd,
    stats.impressions,
    stats.clicks,
    stats.conversions,
    {{ safe_divide('stats.conversion_value', 'rates.units_per_usd') }} as conversion_value_usd
from stats
left join campaigns
    on
        stats.platform = campaigns.platform
        and stats.campaign_id = campaigns.campaign_id
left join rates
    on campaigns.currency = rates.currency
