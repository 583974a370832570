with organizations as (

    select
        organization_id,
        plan,
        region
    from {{ ref('dim_organizations') }}
    where not is_internal

),

-- A user who is active in two organizations counts for both plans, but once in each.
active as (

    select distinct
        {{ month_start('user_events.event_date') }} as month_start_date,
        organizations.plan,
        organizations.region,
        user_events.organization_id,
        user_events.user_id
    from {{ ref('stg_cloud_product__user_events_counts') }} as user_events
    inner join organizations
        on user_events.organization_id = organizations.organization_id
    where user_events.event_count > 0

),

-- The first month of anybody counts as new only for who was not seen before; the data begins with everybody new.
first_seen as (

    select
        user_id,
        min(month_start_date) as first_month_date
    from active
    group by user_id

)

select
    active.month_start_date,
    active.plan,
    active.region,
    count(distinct active.user_id) as active_user_count,
    count(distinct case when first_seen.first_month_date = active.month_start_date then active.user_id end)
        as new_user_count,
    count(distinct active.organization_id) as active_organization_count
from active
inner join first_seen
    on active.user_id = first_seen.user_id
group by
    active.month_start_date,
    active.plan,
    active.region
