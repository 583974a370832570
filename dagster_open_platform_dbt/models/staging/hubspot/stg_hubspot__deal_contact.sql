with source as (

    select * from {{ source('hubspot', 'deal_contact') }}

)

select
    deal_id,
    contact_id,
    type_id
from source
