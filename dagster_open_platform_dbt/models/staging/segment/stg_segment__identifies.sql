with calls as (

    {{ segment_calls(
        'identifies',
        ['email', 'organization_id'],
        ['website', 'product', 'docs', 'university']
    ) }}

)

select
    source_slug,
    id as identify_id,
    anonymous_id,
    user_id,
    {{ text_hash('lower(trim(email))') }} as email_hash,
    lower(split_part(trim(email), '@', 2)) as email_domain,
    cast(organization_id as bigint) as organization_id,
    happened_at as identified_at,
    received_at,
    loaded_at
from calls
