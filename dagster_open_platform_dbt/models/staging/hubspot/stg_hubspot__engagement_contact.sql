with source as (

    select * from {{ source('hubspot', 'engagement_contact') }}

)

select
    engagement_id,
    contact_id
from source
