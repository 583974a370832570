with source as (

    select * from {{ source('google_sheets', 'territory_assignments') }}

)

select
    territory as territory_name,
    case upper(trim(country_code)) when 'UK' then 'GB' else upper(trim(country_code)) end as country_code,
    segment,
    min_employees as min_employee_count,
    max_employees as max_employee_count,
    {{ text_hash('lower(trim(account_executive_email))') }} as account_executive_email_hash,
    {{ text_hash('lower(trim(sdr_email))') }} as sales_development_email_hash,
    effective_from as effective_date
from source
