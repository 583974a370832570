with source as (

    select * from {{ source('hubspot', 'engagement') }}

)

select
    id as engagement_id,
    lower(type) as engagement_type
from source
