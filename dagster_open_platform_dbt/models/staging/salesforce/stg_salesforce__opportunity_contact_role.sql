with source as (

    select * from {{ source('salesforce', 'opportunity_contact_role') }}

)

select
    id as opportunity_contact_role_id,
    opportunity_id,
    contact_id,
    role as contact_role,
    is_primary,
    {{ utc_timestamp('created_date') }} as created_at
from source
where
    not is_deleted
    and not _fivetran_deleted
