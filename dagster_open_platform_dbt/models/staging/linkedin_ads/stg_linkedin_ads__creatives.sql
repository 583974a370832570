with source as (

    select * from {{ source('linkedin_ads', 'creative_history') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by last_modified_at desc, _fivetran_synced desc
    ) = 1

)

select
    cast(id as varchar) as creative_id,
    cast(account_id as varchar) as account_id,
    cast(campaign_id as varchar) as campaign_id,
    name as creative_name,
    intended_status as status,
    {{ url_parameter('click_uri', 'utm_campaign') }} as utm_campaign,
    {{ url_path('click_uri') }} as landing_path,
    {{ utc_timestamp('last_modified_at') }} as updated_at
from latest
