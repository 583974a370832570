with source as (

    select * from {{ source('reddit_ads', 'account') }}

)

select
    id as account_id,
    name as account_name,
    currency,
    status
from source
