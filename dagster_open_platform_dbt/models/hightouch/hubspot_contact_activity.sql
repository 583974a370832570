select
    user_id,
    email,
    last_active_date,
    active_days_28d,
    event_count_28d
from {{ ref('crm_user_activity') }}
