with source as (

    select * from {{ source('hubspot', 'engagement_company') }}

)

select
    engagement_id,
    company_id
from source
