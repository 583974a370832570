with paths as (

    select
        conversion_id,
        touch_number,
        conversion_type,
        converted_at,
        converted_date,
        person_id,
        account_id,
        organization_id,
        opportunity_id,
        touch_id,
        touch_type,
        touch_at,
        touch_count,
        utm_campaign,
        channel,
        amount_usd,
        is_won
    from {{ ref('int_marketing__attribution_paths') }}

)

select
    conversion_id,
    conversion_type,
    converted_at,
    converted_date,
    person_id,
    account_id,
    organization_id,
    opportunity_id,
    touch_id,
    touch_type,
    touch_at,
    touch_count,
    utm_campaign,
    channel,
    cast(1 as double) as credit,
    amount_usd as credited_amount_usd,
    is_won
from paths
where touch_number = 1
