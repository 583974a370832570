with terms as (

    select
        lower(trim(search_term)) as search_term,
        keyword_text,
        campaign_id,
        impressions,
        clicks,
        conversions,
        cost
    from {{ ref('stg_google_ads__search_terms') }}

),

campaigns as (

    select
        campaign_id,
        currency
    from {{ ref('int_marketing__network_campaigns') }}
    where platform = 'google_ads'

),

rates as (

    select
        currency,
        units_per_usd
    from {{ ref('stg_salesforce__currency_type') }}

),

summed as (

    select
        terms.search_term,
        count(distinct terms.keyword_text) as keyword_count,
        count(case when terms.search_term = lower(terms.keyword_text) then 1 end) > 0 as is_a_keyword,
        cast(sum(terms.impressions) as bigint) as impressions,
        cast(sum(terms.clicks) as bigint) as clicks,
        sum(terms.conversions) as conversions,
        sum({{ safe_divide('terms.cost', 'rates.units_per_usd') }}) as cost_usd
    from terms
    left join campaigns
        on terms.campaign_id = campaigns.campaign_id
    left join rates
        on campaigns.currency = rates.currency
    group by terms.search_term

)

select
    search_term,
    keyword_count,
    is_a_keyword,
    impressions,
    clicks,
    conversions,
    cost_usd,
    {{ safe_divide('clicks', 'impressions') }} as click_rate,
    {{ safe_divide('cost_usd', 'conversions') }} as cost_per_conversion_usd
from summed
