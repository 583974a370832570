with source as (

    select * from {{ source('google_ads', 'ad_group_criterion_history') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by ad_group_id, id
        order by updated_at desc, _fivetran_synced desc
    ) = 1

)

select
    cast(ad_group_id as varchar) as ad_group_id,
    cast(id as varchar) as keyword_id,
    keyword_text,
    keyword_match_type as match_type,
    negative as is_negative,
    cast(quality_info_score as bigint) as quality_score,
    status,
    {{ utc_timestamp('updated_at') }} as updated_at
from latest
where type = 'KEYWORD'
