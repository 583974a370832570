with claims as (

    select
        {{ month_start('stat_date') }} as month_start_date,
        platform,
        sum(cost_usd) as cost_usd,
        cast(sum(clicks) as bigint) as clicks,
        sum(conversions) as claimed_conversions
    from {{ ref('fct_ad_performance') }}
    group by
        {{ month_start('stat_date') }},
        platform

),

campaigns as (

    select
        utm_campaign,
        platform
    from {{ ref('dim_campaigns') }}
    where platform is not null

),

sign_ups as (

    select
        {{ month_start('credits.converted_date') }} as month_start_date,
        campaigns.platform,
        sum(credits.credit) as sign_up_credit,
        count(distinct credits.conversion_id) as sign_up_count
    from {{ ref('attribution_linear') }} as credits
    inner join campaigns
        on credits.utm_campaign = campaigns.utm_campaign
    where credits.conversion_type = 'sign_up'
    group by
        {{ month_start('credits.converted_date') }},
        campaigns.platform

)

select
    claims.month_start_date,
    claims.platform,
    claims.cost_usd,
    claims.clicks,
    claims.claimed_conversions,
    coalesce(sign_ups.sign_up_count, 0) as touched_sign_up_count,
    coalesce(sign_ups.sign_up_credit, 0) as sign_up_credit,
    claims.claimed_conversions - coalesce(sign_ups.sign_up_credit, 0) as overclaimed_conversions,
    {{ safe_divide('claims.cost_usd', 'claims.claimed_conversions') }} as cost_per_claimed_conversion_usd,
    {{ safe_divide('claims.cost_usd', 'sign_ups.sign_up_credit') }} as cost_per_credited_sign_up_usd
from claims
left join sign_ups
    on
        claims.month_start_date = sign_ups.month_start_date
        and claims.platform = sign_ups.platform
