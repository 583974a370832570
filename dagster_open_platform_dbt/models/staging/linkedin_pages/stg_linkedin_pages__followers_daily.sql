with source as (

    select * from {{ source('linkedin_pages', 'time_bound_follower_statistic') }}

)

select
    cast({{ utc_timestamp('day') }} as date) as activity_date,
    cast(split_part(organization_entity, ':', 4) as bigint) as page_id,
    cast(follower_gains_organic_follower_gain as bigint) as organic_follower_gain,
    cast(follower_gains_paid_follower_gain as bigint) as paid_follower_gain
from source
