with identifies as (

    select * from {{ ref('stg_segment__identifies') }}

),

-- A browser that several people use belongs to whom it was first.
first_users as (

    select *
    from identifies
    where anonymous_id is not null and user_id is not null
    qualify row_number() over (
        partition by source_slug, anonymous_id
        order by identified_at, identify_id
    ) = 1

)

select
    source_slug,
    anonymous_id,
    user_id,
    identified_at as first_identified_at
from first_users
