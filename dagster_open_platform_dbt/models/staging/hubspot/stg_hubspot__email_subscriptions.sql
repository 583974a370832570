with source as (

    select * from {{ source('hubspot_emails', 'email_subscription') }}

)

select
    cast(id as varchar) as email_subscription_id,
    name as subscription_name,
    active as is_active
from source
