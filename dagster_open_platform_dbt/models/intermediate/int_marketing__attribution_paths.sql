{{ config(materialized='table') }}

with conversions as (

    select
        conversion_id,
        conversion_type,
        converted_at,
        person_id,
        account_id,
        organization_id,
        opportunity_id,
        amount_usd,
        is_won
    from {{ ref('int_marketing__conversions') }}

),

touches as (

    select
        touch_id,
        touch_type,
        touch_at,
        person_id,
        account_id,
        utm_campaign,
        channel
    from {{ ref('marketing_event_log') }}
    where is_creditable

),

-- What the same person did, and for an opportunity what anybody of its account did.
matches as (

    select
        conversions.conversion_id,
        conversions.converted_at,
        touches.touch_id,
        touches.touch_type,
        touches.touch_at,
        touches.utm_campaign,
        touches.channel
    from conversions
    inner join touches
        on conversions.person_id = touches.person_id
    union all
    select
        conversions.conversion_id,
        conversions.converted_at,
        touches.touch_id,
        touches.touch_type,
        touches.touch_at,
        touches.utm_campaign,
        touches.channel
    from conversions
    inner join touches
        on conversions.account_id = touches.account_id

),

candidates as (

    select distinct
        conversion_id,
        converted_at,
        touch_id,
        touch_type,
        touch_at,
        utm_campaign,
        channel
    from matches

),

recent as (

    select
        conversion_id,
        touch_id,
        touch_type,
        touch_at,
        utm_campaign,
        channel,
        count(case when channel <> 'untagged' then 1 end) over (partition by conversion_id) as campaign_touch_count
    from candidates
    where
        touch_at <= converted_at
        and {{ days_between('touch_at', 'converted_at') }} <= 90

),

-- Where a campaign had a part, visits from nowhere get no credit.
credited as (

    select
        conversion_id,
        touch_id,
        touch_type,
        touch_at,
        utm_campaign,
        channel,
        row_number() over (partition by conversion_id order by touch_at, touch_id) as touch_number,
        count(*) over (partition by conversion_id) as touch_count
    from recent
    where
        channel <> 'untagged'
        or campaign_touch_count = 0

)

select
    conversions.conversion_id,
    cast(coalesce(credited.touch_number, 1) as bigint) as touch_number,
    coalesce(credited.touch_count, 0) as touch_count,
    conversions.conversion_type,
    conversions.converted_at,
    cast(conversions.converted_at as date) as converted_date,
    conversions.person_id,
    conversions.account_id,
    conversions.organization_id,
    conversions.opportunity_id,
    conversions.amount_usd,
    conversions.is_won,
    credited.touch_id,
    coalesce(credited.touch_type, 'unknown') as touch_type,
    credited.touch_at,
    credited.utm_campaign,
    coalesce(credited.channel, 'unknown') as channel
from conversions
left join credited
    on conversions.conversion_id = credited.conversion_id
