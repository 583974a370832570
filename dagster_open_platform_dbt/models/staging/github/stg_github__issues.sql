with source as (

    select * from {{ source('github', 'issues') }}

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
    id as issue_id,
    number as issue_number,
    repository,
    title,
    state,
    state = 'OPEN' as is_open,
    author as author_login,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at,
    {{ utc_timestamp('closed_at') }} as closed_at,
    cast({{ utc_timestamp('created_at') }} as date) as created_date,
    cast({{ utc_timestamp('closed_at') }} as date) as closed_date,
    labels as label_names,
    comment_count,
    reaction_count,
    thumbs_up_count,
    url as issue_url
from latest
