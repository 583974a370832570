with source as (

    select * from {{ source('bing', 'keyword_history') }}

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
    cast(id as varchar) as keyword_id,
    cast(ad_group_id as varchar) as ad_group_id,
    name as keyword_text,
    match_type,
    bid,
    status,
    {{ utc_timestamp('modified_time') }} as updated_at
from latest
