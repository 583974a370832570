with source as (

    select * from {{ source('bing', 'ad_group_history') }}

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
    cast(id as varchar) as ad_group_id,
    cast(campaign_id as varchar) as campaign_id,
    name as ad_group_name,
    status,
    start_date,
    {{ utc_timestamp('modified_time') }} as updated_at
from latest
