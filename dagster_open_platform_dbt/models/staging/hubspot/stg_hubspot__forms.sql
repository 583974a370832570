with source as (

    select * from {{ source('hubspot_marketing', 'form') }}

)

select
    guid as form_id,
    name as form_name,
    form_type,
    {{ utc_timestamp('created_at') }} as created_at
from source
where not _fivetran_deleted
