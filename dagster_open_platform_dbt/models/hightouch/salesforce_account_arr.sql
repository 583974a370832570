select
    organization_public_id,
    annual_recurring_revenue,
    currency,
    contract_start_date,
    customer_since_date
from {{ ref('crm_organizations') }}
where has_billing
