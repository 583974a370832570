with source as (

    select * from {{ source('linkedin_pages', 'ugc_post_history') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by last_modified_time desc
    ) = 1

)

select
    id as post_id,
    cast(split_part(author, ':', 4) as bigint) as page_id,
    lifecycle_state,
    visibility,
    content_landing_page as landing_url,
    {{ url_parameter('content_landing_page', 'utm_campaign') }} as campaign_tag,
    {{ utc_timestamp('created_time') }} as created_at,
    {{ utc_timestamp('first_published_at') }} as published_at,
    cast({{ utc_timestamp('first_published_at') }} as date) as published_date,
    {{ utc_timestamp('last_modified_time') }} as updated_at
from latest
