with source as (

    select * from {{ source('linkedin_pages', 'organization') }}

)

select
    id as page_id,
    localized_name as page_name,
    vanity_name,
    cast(split_part(parent_relationship_parent_id, ':', 4) as bigint) as parent_page_id
from source
