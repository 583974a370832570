with source as (

    select * from {{ source('linkedin_pages', 'followers_by_seniority') }}

)

select
    cast(split_part(_organization_entity_urn, ':', 4) as bigint) as page_id,
    seniority_id,
    cast(follower_counts_organic_follower_count as bigint) as organic_follower_count,
    cast(follower_counts_paid_follower_count as bigint) as paid_follower_count
from source
