select
    organization_id,
    plan,
    lifecycle = 'CUSTOMER' as is_current_customer,
    annual_recurring_revenue,
    currency
from {{ ref('crm_organizations') }}
