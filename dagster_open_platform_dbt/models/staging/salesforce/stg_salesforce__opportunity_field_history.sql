with source as (

    select * from {{ source('salesforce', 'opportunity_field_history') }}

)

select
    id as opportunity_change_id,
    opportunity_id,
    case when field = 'StageName' then 'stage' else lower(field) end as field_name,
    old_value,
    new_value,
    created_by_id as changed_by_user_id,
    {{ utc_timestamp('created_date') }} as changed_at
from source
where
    not is_deleted
    and not _fivetran_deleted
