with source as (

    select * from {{ source('hubspot_marketing', 'contact_list_member') }}

)

select
    cast(contact_list_id as varchar) as contact_list_id,
    cast(contact_id as varchar) as contact_id,
    {{ utc_timestamp('added_at') }} as added_at
from source
where not _fivetran_deleted
