with source as (

    select * from {{ source('google_ads', 'ad_group_history') }}

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
    cast(id as varchar) as ad_group_id,
    cast(campaign_id as varchar) as campaign_id,
    name as ad_group_name,
    status,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
