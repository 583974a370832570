with source as (

    select * from {{ source('github', 'comments') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by updated_at desc, reaction_count desc
    ) = 1

)

select
    id as comment_id,
    parent_id,
    parent_type,
    repository,
    author as author_login,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at,
    cast({{ utc_timestamp('created_at') }} as date) as created_date,
    reaction_count
from latest
