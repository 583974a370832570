with calls as (

    {{ segment_calls(
        'identifies',
        ['email', 'first_name', 'last_name'],
        ['website', 'product', 'docs', 'university']
    ) }}

)

select
    id as identify_id,
    user_id,
    {{ text_hash('lower(trim(email))') }} as email_hash,
    {{ masked('lower(trim(email))') }} as email_address,
    {{ masked('first_name') }} as given_name,
    {{ masked('last_name') }} as family_name
from calls
