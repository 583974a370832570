with source as (

    select * from {{ source('reddit_ads', 'ad_group') }}

)

select
    id as ad_group_id,
    campaign_id,
    name as ad_group_name,
    effective_status as status,
    {{ utc_timestamp('start_time') }} as start_at,
    {{ utc_timestamp('end_time') }} as end_at,
    {{ utc_timestamp('modified_at') }} as updated_at
from source
