with source as (

    {{ union_shards('directory', 'users', [
        'id', 'email', 'first_name', 'last_name', 'display_name', 'github_login', 'updated_at', '_sling_loaded_at'
    ]) }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by updated_at desc, _sling_loaded_at desc, shard asc
    ) = 1

),

named as (

    select
        id as user_id,
        lower(trim(email)) as email_address,
        nullif(trim(first_name), '') as given_name,
        nullif(trim(last_name), '') as family_name,
        coalesce(nullif(trim(display_name), ''), first_name || ' ' || last_name) as full_name,
        nullif(trim(github_login), '') as github_login
    from latest

)

select
    user_id,
    {{ masked('email_address') }} as email_address,
    {{ masked('given_name') }} as given_name,
    {{ masked('family_name') }} as family_name,
    {{ masked('full_name') }} as full_name,
    {{ masked('github_login') }} as github_login
from named
