with source as (

    select * from {{ source('salesforce', 'contract') }}

)

select
    id as contract_id,
    contract_number,
    account_id,
    opportunity_c as opportunity_id,
    owner_id as owner_user_id,
    status as contract_status,
    start_date,
    end_date,
    contract_term as term_months,
    monthly_commitment_c as monthly_commitment,
    billing_country,
    company_signed_date,
    customer_signed_date,
    {{ utc_timestamp('activated_date') }} as activated_at,
    {{ utc_timestamp('created_date') }} as created_at,
    {{ utc_timestamp('last_modified_date') }} as updated_at
from source
where
    not is_deleted
    and not _fivetran_deleted
