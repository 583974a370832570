with sessions as (

    select
        {{ week_start('session_date') }} as week_start,
        channel,
        count(*) as session_count,
        count(distinct visitor_id) as visitor_count
    from {{ ref('fct_sessions') }}
    where
        source_slug = 'website'
        and not is_bot
    group by
        {{ week_start('session_date') }},
        channel

),

conversions as (

    select
        {{ week_start('converted_date') }} as week_start,
        channel,
        count(case when conversion_type = 'sign_up' then 1 end) as sign_up_count,
        count(case when conversion_type = 'demo_request' then 1 end) as demo_request_count,
        count(case when conversion_type = 'opportunity' then 1 end) as opportunity_count,
        count(case when is_won then 1 end) as won_count,
        sum(coalesce(credited_amount_usd, 0)) as pipeline_usd,
        sum(case when is_won then coalesce(credited_amount_usd, 0) else 0 end) as won_usd
    from {{ ref('attribution_first_touch') }}
    -- Before the website's sessions are known, there is no funnel.
    where converted_date >= cast('{{ var("first_date") }}' as date)
    group by
        {{ week_start('converted_date') }},
        channel

)

select
    coalesce(sessions.week_start, conversions.week_start) as week_start,
    coalesce(sessions.channel, conversions.channel) as channel,
    coalesce(sessions.session_count, 0) as session_count,
    coalesce(sessions.visitor_count, 0) as visitor_count,
    coalesce(conversions.sign_up_count, 0) as sign_up_count,
    coalesce(conversions.demo_request_count, 0) as demo_request_count,
    coalesce(conversions.opportunity_count, 0) as opportunity_count,
    coalesce(conversions.won_count, 0) as won_count,
    coalesce(conversions.pipeline_usd, 0) as pipeline_usd,
    coalesce(conversions.won_usd, 0) as won_usd,
    {{ safe_divide('conversions.sign_up_count', 'sessions.session_count') }} as sign_up_rate
from sessions
full outer join conversions
    on
        sessions.week_start = conversions.week_start
        and sessions.channel = conversions.channel
