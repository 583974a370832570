with source as (

    select * from {{ source('salesforce', 'account_history') }}

)

select
    id as account_change_id,
    account_id,
    lower(field) as field_name,
    old_value,
    new_value,
    created_by_id as changed_by_user_id,
    {{ utc_timestamp('created_date') }} as changed_at
from source
where
    not is_deleted
    and not _fivetran_deleted
