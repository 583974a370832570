with source as (

    select * from {{ source('hubspot', 'engagement_deal') }}

)

select
    engagement_id,
    deal_id
from source
