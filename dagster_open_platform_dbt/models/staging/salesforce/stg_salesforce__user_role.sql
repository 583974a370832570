with source as (

    select * from {{ source('salesforce', 'user_role') }}

)

select
    id as user_role_id,
    name as role_name,
    parent_role_id
from source
where not _fivetran_deleted
