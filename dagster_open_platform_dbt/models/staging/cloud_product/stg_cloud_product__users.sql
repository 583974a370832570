-- Names and addresses are in pii_cloud_product__users.
with source as (

    {{ union_shards('directory', 'users', [
        'id', 'public_id', 'email', 'github_login', 'is_active', 'email_verified_at', 'mfa_enrolled_at', 'created_at',
        'updated_at', 'deactivated_at', '_sling_loaded_at'
    ]) }}

),

latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by updated_at desc, _sling_loaded_at desc, shard asc
    ) = 1

)

select
    id as user_id,
    public_id as user_public_id,
    shard as directory_shard,
    {{ text_hash('lower(trim(email))') }} as email_hash,
    {{ text_sha256('lower(trim(email))') }} as email_sha256,
    nullif(split_part(lower(trim(email)), '@', 2), '') as email_domain,
    nullif(trim(github_login), '') is not null as is_github_linked,
    is_active,
    email_verified_at,
    {{ utc_timestamp('mfa_enrolled_at') }} as mfa_enrolled_at,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at,
    {{ utc_timestamp('deactivated_at') }} as deactivated_at
from latest
