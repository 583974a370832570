with source as (

    select * from {{ source('outreach', 'call_disposition') }}

)

select
    id as disposition_id,
    name as disposition_name,
    outcome = 'Answered' as is_answered
from source
