with source as (

    select * from {{ source('reddit_ads', 'ad') }}

)

select
    id as ad_id,
    ad_group_id,
    campaign_id,
    name as ad_name,
    effective_status as status,
    {{ url_parameter('click_url', 'utm_campaign') }} as utm_campaign,
    {{ url_path('click_url') }} as landing_path,
    {{ utc_timestamp('modified_at') }} as updated_at
from source
