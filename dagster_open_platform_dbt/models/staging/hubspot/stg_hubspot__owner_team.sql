with source as (

    select * from {{ source('hubspot', 'owner_team') }}

)

select
    owner_id,
    team_id,
    is_team_primary as is_primary
from source
where not _fivetran_deleted
