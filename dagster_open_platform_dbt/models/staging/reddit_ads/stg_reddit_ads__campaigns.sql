with source as (

    select * from {{ source('reddit_ads', 'campaign') }}

)

select
    id as campaign_id,
    account_id,
    name as campaign_name,
    effective_status as status,
    objective,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('modified_at') }} as updated_at
from source
