with source as (

    select * from {{ source('linkedin_pages', 'post_content') }}

)

select
    _fivetran_id as row_id,
    post_id,
    type as content_type,
    article_title,
    article_source as article_url
from source
