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
        is_won,
        -- A conversion without a touch is credited to nothing that we know of.
        case when touch_count > 0 then cast(1 as double) / touch_count else cast(1 as double) end as credit
    from {{ ref('int_marketing__attribution_paths') }}

)

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
    credit,
    amount_usd * credit as credited_amount_usd,
    is_won
from paths
