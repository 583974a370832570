with source as (

    select * from {{ source('bing', 'campaign_history') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by modified_time desc, _fivetran_synced desc
    ) = 1

)

select
    cast(id as varchar) as campaign_id,
    cast(account_id as varchar) as account_id,
    name as campaign_name,
    type as campaign_type,
    status,
    budget as daily_budget,
    {{ utc_timestamp('modified_time') }} as updated_at
from latest
