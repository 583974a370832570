with source as (

    {{ union_shards('directory', 'organizations', [
        'id', 'public_id', 'name', 'domain', 'plan', 'region', 'country', 'employee_count', 'is_internal', 'settings',
        'created_at', 'updated_at', 'canceled_at', '_sling_loaded_at'
    ]) }}

),

-- An organization that moved to another region is in both directories.
latest as (

    select *
    from source
    qualify row_number() over (
        partition by id
        order by updated_at desc, _sling_loaded_at desc, shard asc
    ) = 1

)

select
    id as organization_id,
    public_id as organization_public_id,
    shard as directory_shard,
    name as organization_name,
    nullif(trim(domain), '') as email_domain,
    plan,
    region,
    nullif(trim(country), '') as country,
    employee_count,
    is_internal,
    canceled_at is not null as is_canceled,
    coalesce({{ json_text('settings', 'sso_enabled') }} = 'true', false) as is_sso_enabled,
    {{ utc_timestamp('created_at') }} as created_at,
    {{ utc_timestamp('updated_at') }} as updated_at,
    {{ utc_timestamp('canceled_at') }} as canceled_at
from latest
