select
    organization_id,
    runs_28d,
    active_users_28d,
    last_run_at
from {{ ref('crm_organization_activity') }}
