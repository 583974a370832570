select
    user_id,
    email,
    organization_name,
    organization_count,
    is_guest
from {{ ref('crm_users') }}
