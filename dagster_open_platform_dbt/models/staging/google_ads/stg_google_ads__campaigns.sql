with source as (

    select * from {{ source('google_ads', 'campaign_history') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by updated_at desc, _fivetran_synced desc
    ) = 1

)

select
    cast(id as varchar) as campaign_id,
    cast(customer_id as varchar) as account_id,
    name as campaign_name,
    advertising_channel_type as channel_type,
    status,
    cast(start_date as date) as start_date,
    case when end_date < '2037' then cast(end_date as date) end as end_date,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
