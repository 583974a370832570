with source as (

    select * from {{ source('hubspot_marketing', 'submission_response') }}

)

select
    conversion_id as submission_id,
    field_name,
    {{ masked('trim(field_value)') }} as field_value
from source
