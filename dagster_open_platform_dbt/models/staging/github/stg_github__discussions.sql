with source as (

    select * from {{ source('github', 'discussions') }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by updated_at desc, comment_count desc, reaction_count desc
    ) = 1

)

select
    id as discussion_id,
    number as discussion_number,
    repository,
    title,
    category as category_name,
    author as author_login,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at,
    {{ utc_timestamp('answered_at') }} as answered_at,
    is_answered,
    cast({{ utc_timestamp('created_at') }} as date) as created_date,
    cast({{ utc_timestamp('answered_at') }} as date) as answered_date,
    labels as label_names,
    upvote_count,
    comment_count,
    reaction_count,
    url as discussion_url
from latest
