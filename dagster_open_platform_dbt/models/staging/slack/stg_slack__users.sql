with source as (

    select * from {{ source('slack', 'users') }}

)

select
    id as slack_user_id,
    team_id as workspace_id,
    email_sha256,
    is_bot,
    is_deactivated,
    is_guest,
    is_admin,
    time_zone,
    {{ utc_timestamp('updated_at') }} as updated_at
from source
