with source as (

    select * from {{ source('salesforce', 'user') }}

)

select
    id as user_id,
    {{ text_hash('lower(trim(email))') }} as email_hash,
    employee_number,
    case when employee_number is null then name end as machine_name,
    title as job_title,
    department,
    user_role_id,
    manager_id as manager_user_id,
    profile_id,
    is_active,
    forecast_enabled as has_forecast,
    {{ utc_timestamp('last_login_date') }} as last_login_at,
    {{ utc_timestamp('created_date') }} as created_at,
    {{ utc_timestamp('last_modified_date') }} as updated_at
from source
where not _fivetran_deleted
