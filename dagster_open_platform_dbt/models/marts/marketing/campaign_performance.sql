with campaigns as (

    select
        utm_campaign,
        campaign_name,
        campaign_type,
        channel,
        platform,
        start_date,
        end_date,
        is_active,
        budgeted_cost_usd,
        actual_cost_usd
    from {{ ref('dim_campaigns') }}

),

spend as (

    select
        utm_campaign,
        sum(cost_usd) as ad_cost_usd,
        cast(sum(impressions) as bigint) as impressions,
        cast(sum(clicks) as bigint) as clicks
    from {{ ref('fct_ad_performance') }}
    group by utm_campaign

),

touches as (

    select
        utm_campaign,
        count(*) as touch_count,
        count(distinct person_id) as person_count,
        count(case when touch_type in ('ad_click', 'campaign_visit') then 1 end) as session_count,
        count(case when touch_type = 'campaign_response' then 1 end) as response_count
    from {{ ref('marketing_event_log') }}
    where
        utm_campaign is not null
        and touch_date >= cast('{{ var("first_date") }}' as date)
    group by utm_campaign

),

-- As far back as what the networks charged is known: credit without its cost would flatter.
credits as (

    select
        utm_campaign,
        sum(case when conversion_type = 'sign_up' then credit else 0 end) as sign_up_credit,
        sum(case when conversion_type = 'demo_request' then credit else 0 end) as demo_request_credit,
        sum(case when conversion_type = 'opportunity' then credit else 0 end) as opportunity_credit,
        sum(case when is_won then credit else 0 end) as won_credit,
        sum(coalesce(credited_amount_usd, 0)) as pipeline_usd,
        sum(case when is_won then coalesce(credited_amount_usd, 0) else 0 end) as won_usd
    from {{ ref('attribution_linear') }}
    where
        utm_campaign is not null
        and converted_date >= cast('{{ var("first_date") }}' as date)
    group by utm_campaign

),

costed as (

    select
        campaigns.utm_campaign,
        campaigns.campaign_name,
        campaigns.campaign_type,
        campaigns.channel,
        campaigns.platform,
        campaigns.start_date,
        campaigns.end_date,
        campaigns.is_active,
        campaigns.budgeted_cost_usd,
        -- What a network charged is known; what somebody wrote down is the next best.
        coalesce(spend.ad_cost_usd, campaigns.actual_cost_usd) as cost_usd,
        case
            when spend.ad_cost_usd is not null then 'network'
            when campaigns.actual_cost_usd is not null then 'salesforce'
            else 'unknown'
        end as cost_source,
        spend.impressions,
        spend.clicks
    from campaigns
    left join spend
        on campaigns.utm_campaign = spend.utm_campaign

)

select
    costed.utm_campaign,
    costed.campaign_name,
    costed.campaign_type,
    costed.channel,
    costed.platform,
    costed.start_date,
    costed.end_date,
    costed.is_active,
    costed.budgeted_cost_usd,
    costed.cost_usd,
    costed.cost_source,
    costed.impressions,
    costed.clicks,
    coalesce(touches.touch_count, 0) as touch_count,
    coalesce(touches.person_count, 0) as person_count,
    coalesce(touches.session_count, 0) as session_count,
    coalesce(touches.response_count, 0) as response_count,
    coalesce(credits.sign_up_credit, 0) as sign_up_credit,
    coalesce(credits.demo_request_credit, 0) as demo_request_credit,
    coalesce(credits.opportunity_credit, 0) as opportunity_credit,
    coalesce(credits.won_credit, 0) as won_credit,
    coalesce(credits.pipeline_usd, 0) as pipeline_usd,
    coalesce(credits.won_usd, 0) as won_usd,
    {{ safe_divide('costed.cost_usd', 'credits.sign_up_credit') }} as cost_per_sign_up_usd,
    {{ safe_divide('credits.pipeline_usd', 'costed.cost_usd') }} as pipeline_per_dollar
from costed
left join touches
    on costed.utm_campaign = touches.utm_campaign
left join credits
    on costed.utm_campaign = credits.utm_campaign
