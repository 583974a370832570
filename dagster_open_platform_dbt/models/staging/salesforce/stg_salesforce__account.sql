with source as (

    select * from {{ source('salesforce', 'account') }}

)

select
    id as account_id,
    name as account_name,
    domain_c as email_domain,
    website,
    lower(type) as account_type,
    plan_c as plan_name,  -- noqa: RF04
    organization_id_c as organization_public_id,
    owner_id as owner_user_id,
    customer_success_manager_c as customer_success_user_id,
    account_source,
    industry,
    rating,
    billing_country,
    shipping_country,
    number_of_employees as employee_count,
    annual_revenue as annual_revenue_usd,
    {{ utc_timestamp('signed_up_at_c') }} as signed_up_at,
    {{ utc_timestamp('cancelled_at_c') }} as canceled_at,
    last_activity_date,
    {{ utc_timestamp('created_date') }} as created_at,
    cast({{ utc_timestamp('created_date') }} as date) as created_date,
    {{ utc_timestamp('last_modified_date') }} as updated_at
from source
where
    not is_deleted
    and not _fivetran_deleted
