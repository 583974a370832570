with source as (

    select * from {{ source('hubspot_marketing', 'contact_list') }}

)

select
    cast(id as varchar) as contact_list_id,
    name as list_name,
    dynamic as is_dynamic,
    {{ utc_timestamp('created_at') }} as created_at
from source
where not _fivetran_deleted
