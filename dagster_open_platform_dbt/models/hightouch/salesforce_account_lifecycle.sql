select
    organization_public_id,
    plan,
    region,
    lifecycle,
    canceled_at,
    is_sso_enabled
from {{ ref('crm_organizations') }}
