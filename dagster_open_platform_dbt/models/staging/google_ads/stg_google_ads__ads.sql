with source as (

    select * from {{ source('google_ads', 'ad_history') }}

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
    cast(id as varchar) as ad_id,
    cast(ad_group_id as varchar) as ad_group_id,
    name as ad_name,
    type as ad_type,
    status,
    {{ url_parameter('final_urls', 'utm_campaign') }} as utm_campaign,
    {{ url_path('final_urls') }} as landing_path,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
