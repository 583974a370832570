select
    user_id,
    email,
    lifecycle,
    signed_up_at,
    is_active
from {{ ref('crm_users') }}
