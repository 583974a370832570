with source as (

    select * from {{ source('google_sheets', 'headcount_plan') }}

)

select
    month as month_start_date,
    department,
    planned_headcount,
    actual_headcount,
    open_roles as open_role_count,
    {{ amount_from_text('budget_usd') }} as budget_usd,
    {{ text_hash('lower(trim(hiring_manager_email))') }} as hiring_manager_email_hash
from source
