with source as (

    select * from {{ source('outreach', 'prospect') }}

)

select
    id as prospect_id,
    {{ masked('first_name') }} as given_name,
    {{ masked('last_name') }} as family_name,
    {{ masked('name') }} as full_name
from source
where not _fivetran_deleted
