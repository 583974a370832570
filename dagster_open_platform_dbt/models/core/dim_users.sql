with users as (

    select
        user_id,
        user_public_id,
        email_hash,
        email_domain,
        is_active,
        is_github_linked,
        email_verified_at,
        mfa_enrolled_at,
        created_at,
        deactivated_at
    from {{ ref('stg_cloud_product__users') }}

),

memberships as (

    select
        membership_id,
        user_id,
        organization_id,
        member_role,
        is_guest,
        created_at
    from {{ ref('stg_cloud_product__users_organizations') }}

),

organizations as (

    select
        organization_id,
        is_internal,
        is_canceled
    from {{ ref('stg_cloud_product__organizations') }}

),

-- A user's own organization before those that invited them, one that is still here before one that left, then the one
-- that they joined first.
ranked as (

    select
        memberships.user_id,
        memberships.organization_id,
        memberships.member_role,
        memberships.is_guest,
        organizations.is_internal,
        count(*) over (partition by memberships.user_id) as organization_count,
        row_number() over (
            partition by memberships.user_id
            order by
                memberships.is_guest asc,
                case when organizations.is_canceled then 1 else 0 end asc,
                memberships.created_at asc,
                memberships.membership_id asc
        ) as membership_rank
    from memberships
    inner join organizations
        on memberships.organization_id = organizations.organization_id

),

activity as (

    select
        user_id,
        min(event_date) as first_active_date,
        max(event_date) as last_active_date,
        count(distinct event_date) as active_day_count,
        sum(event_count) as event_count
    from {{ ref('stg_cloud_product__user_events_counts') }}
    where event_count > 0
    group by user_id

)

select
    users.user_id,
    users.user_public_id,
    users.email_hash,
    users.email_domain,
    ranked.organization_id,
    ranked.member_role,
    ranked.is_guest,
    coalesce(ranked.is_internal, false) as is_internal,
    users.is_active,
    users.email_verified_at is not null as is_email_verified,
    users.mfa_enrolled_at is not null as is_mfa_enrolled,
    users.is_github_linked,
    users.created_at,
    users.deactivated_at,
    cast(coalesce(ranked.organization_count, 0) as bigint) as organization_count,
    activity.first_active_date,
    activity.last_active_date,
    cast(coalesce(activity.active_day_count, 0) as bigint) as active_day_count,
    cast(coalesce(activity.event_count, 0) as bigint) as event_count
from users
left join ranked
    on
        users.user_id = ranked.user_id
        and ranked.membership_rank = 1
left join activity
    on users.user_id = activity.user_id
