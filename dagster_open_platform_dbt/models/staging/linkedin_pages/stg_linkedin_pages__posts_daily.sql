with source as (

    select * from {{ source('linkedin_pages', 'time_bound_share_statistic') }}

)

select
    cast({{ utc_timestamp('day') }} as date) as activity_date,
    cast(split_part(organization_entity, ':', 4) as bigint) as page_id,
    cast(impression_count as bigint) as impression_count,
    cast(unique_impressions_count as bigint) as reached_count,
    cast(click_count as bigint) as click_count,
    cast(like_count as bigint) as reaction_count,
    cast(comment_count as bigint) as comment_count,
    cast(share_count as bigint) as share_count,
    engagement as engagement_ratio
from source
