with source as (

    select * from {{ source('linkedin_pages', 'comment_history') }}

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
    id as comment_id,
    object as post_id,
    {{ utc_timestamp('created_time') }} as created_at,
    cast({{ utc_timestamp('created_time') }} as date) as created_date
from latest
