with source as (

    select * from {{ source('outreach', 'data_connection') }}

)

select
    parent_type,
    parent_id as outreach_id,
    lower(type) as salesforce_type,
    id as salesforce_id
from source
where id <> '-1'
