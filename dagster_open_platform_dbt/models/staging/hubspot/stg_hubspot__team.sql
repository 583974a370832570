with source as (

    select * from {{ source('hubspot', 'team') }}

)

select
    id as team_id,
    name as team_name
from source
where not _fivetran_deleted
