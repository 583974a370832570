with source as (

    select * from {{ source('bing', 'ad_history') }}

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
    cast(id as varchar) as ad_id,
    cast(ad_group_id as varchar) as ad_group_id,
    title_part_1 as ad_name,
    type as ad_type,
    status,
    {{ url_parameter('final_url', 'utm_campaign') }} as utm_campaign,
    {{ url_path('final_url') }} as landing_path,
    {{ utc_timestamp('modified_time') }} as updated_at
from latest
