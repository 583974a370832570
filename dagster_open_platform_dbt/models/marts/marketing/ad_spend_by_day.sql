with spend as (

    select
        stat_date,
        platform,
        utm_campaign,
        sum(cost_usd) as cost_usd,
        cast(sum(impressions) as bigint) as impressions,
        cast(sum(clicks) as bigint) as clicks,
        sum(conversions) as network_conversions
    from {{ ref('fct_ad_performance') }}
    group by
        stat_date,
        platform,
        utm_campaign

),

web as (

    select
        session_date,
        utm_campaign,
        count(*) as session_count,
        cast(sum(sign_up_count) as bigint) as sign_up_count,
        cast(sum(demo_request_count) as bigint) as demo_request_count
    from {{ ref('fct_sessions') }}
    where
        source_slug = 'website'
        and not is_bot
        and utm_campaign is not null
    group by
        session_date,
        utm_campaign

)

select
    spend.stat_date,
    spend.platform,
    spend.utm_campaign,
    spend.cost_usd,
    spend.impressions,
    spend.clicks,
    {{ safe_divide('spend.clicks', 'spend.impressions') }} as click_rate,
    {{ safe_divide('spend.cost_usd', 'spend.clicks') }} as cost_per_click_usd,
    spend.network_conversions,
    coalesce(web.session_count, 0) as session_count,
    coalesce(web.sign_up_count, 0) as sign_up_count,
    coalesce(web.demo_request_count, 0) as demo_request_count
from spend
left join web
    on
        spend.stat_date = web.session_date
        and spend.utm_campaign = web.utm_campaign
