with source as (

    select * from {{ source('salesforce', 'lead_history') }}

)

select
    id as lead_change_id,
    lead_id,
    case when field = 'leadConverted' then 'converted' else lower(field) end as field_name,
    old_value,
    new_value,
    created_by_id as changed_by_user_id,
    {{ utc_timestamp('created_date') }} as changed_at
from source
where
    not is_deleted
    and not _fivetran_deleted
