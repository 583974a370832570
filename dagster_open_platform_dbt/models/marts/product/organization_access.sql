with organizations as (

    select organization_id
    from {{ ref('dim_organizations') }}

),

users as (

    select
        user_id,
        is_active,
        is_mfa_enrolled
    from {{ ref('dim_users') }}

),

members as (

    select
        memberships.organization_id,
        count(*) as member_count,
        count(case when users.is_active and memberships.member_role = 'ADMIN' then 1 end) as admin_count,
        count(case when users.is_active and memberships.is_guest then 1 end) as active_guest_count,
        count(case when users.is_active then 1 end) as active_member_count,
        count(case when users.is_active and users.is_mfa_enrolled then 1 end) as mfa_member_count,
        count(case when not users.is_active then 1 end) as closed_member_count
    from {{ ref('stg_cloud_product__users_organizations') }} as memberships
    inner join users
        on memberships.user_id = users.user_id
    group by memberships.organization_id

),

permissions as (

    select
        permission_id,
        organization_id
    from {{ ref('stg_cloud_product__permissions') }}

),

grants as (

    select
        permissions.organization_id,
        count(*) as user_grant_count
    from {{ ref('stg_cloud_product__users_permissions') }} as users_permissions
    inner join permissions
        on users_permissions.permission_id = permissions.permission_id
    group by permissions.organization_id

),

team_grants as (

    select
        permissions.organization_id,
        count(*) as team_grant_count
    from {{ ref('stg_cloud_product__teams_permissions') }} as teams_permissions
    inner join permissions
        on teams_permissions.permission_id = permissions.permission_id
    group by permissions.organization_id

),

teams as (

    select
        teams.organization_id,
        count(distinct teams.team_id) as team_count,
        count(distinct teams_users.user_id) as team_member_count
    from {{ ref('stg_cloud_product__teams') }} as teams
    left join {{ ref('stg_cloud_product__teams_users') }} as teams_users
        on teams.team_id = teams_users.team_id
    group by teams.organization_id

),

sessions as (

    select
        organization_id,
        count(*) as open_session_count,
        count(case when client_kind = 'BROWSER' then 1 end) as browser_session_count
    from {{ ref('stg_cloud_product__session_tokens') }}
    group by organization_id

)

select
    organizations.organization_id,
    coalesce(members.member_count, 0) as member_count,
    coalesce(members.active_member_count, 0) as active_member_count,
    coalesce(members.closed_member_count, 0) as closed_member_count,
    coalesce(members.admin_count, 0) as admin_count,
    coalesce(members.active_guest_count, 0) as active_guest_count,
    {{ safe_divide('members.mfa_member_count', 'members.active_member_count') }} as mfa_share,
    coalesce(teams.team_count, 0) as team_count,
    coalesce(teams.team_member_count, 0) as team_member_count,
    coalesce(grants.user_grant_count, 0) as user_grant_count,
    coalesce(team_grants.team_grant_count, 0) as team_grant_count,
    coalesce(sessions.open_session_count, 0) as open_session_count,
    coalesce(sessions.browser_session_count, 0) as browser_session_count
from organizations
left join members
    on organizations.organization_id = members.organization_id
left join teams
    on organizations.organization_id = teams.organization_id
left join grants
    on organizations.organization_id = grants.organization_id
left join team_grants
    on organizations.organization_id = team_grants.organization_id
left join sessions
    on organizations.organization_id = sessions.organization_id
