with lines as (

    select
        month_start_date,
        {{ campaign_slug('campaign_tag') }} as utm_campaign,
        channel as budget_channel,
        planned_usd,
        committed_usd,
        is_approved
    from {{ ref('stg_google_sheets__marketing_budget') }}

),

budget as (

    select
        month_start_date,
        utm_campaign,
        min(budget_channel) as budget_channel,
        sum(planned_usd) as planned_usd,
        sum(committed_usd) as committed_usd,
        count(case when not is_approved then 1 end) = 0 as is_approved
    from lines
    where utm_campaign is not null
    group by
        month_start_date,
        utm_campaign

),

spend as (

    select
        {{ month_start('stat_date') }} as month_start_date,
        utm_campaign,
        sum(cost_usd) as spent_usd
    from {{ ref('fct_ad_performance') }}
    group by
        {{ month_start('stat_date') }},
        utm_campaign

),

campaigns as (

    select
        utm_campaign,
        campaign_name,
        channel
    from {{ ref('dim_campaigns') }}

),

joined as (

    select
        coalesce(budget.month_start_date, spend.month_start_date) as month_start_date,
        coalesce(budget.utm_campaign, spend.utm_campaign) as utm_campaign,
        budget.budget_channel,
        budget.is_approved,
        budget.planned_usd,
        budget.committed_usd,
        spend.spent_usd
    from budget
    full outer join spend
        on
            budget.month_start_date = spend.month_start_date
            and budget.utm_campaign = spend.utm_campaign

)

select
    joined.month_start_date,
    joined.utm_campaign,
    campaigns.campaign_name,
    coalesce(campaigns.channel, 'other') as channel,
    joined.budget_channel,
    joined.planned_usd is not null as is_planned,
    coalesce(joined.is_approved, false) as is_approved,
    coalesce(joined.planned_usd, 0) as planned_usd,
    coalesce(joined.committed_usd, 0) as committed_usd,
    joined.spent_usd,
    joined.spent_usd - coalesce(joined.planned_usd, 0) as overspent_usd,
    {{ safe_divide('joined.spent_usd', 'joined.planned_usd') }} as spent_share
from joined
left join campaigns
    on joined.utm_campaign = campaigns.utm_campaign
