with users as (

    select
        user_id,
        email_hash,
        employee_number,
        machine_name,
        job_title,
        department,
        user_role_id,
        manager_user_id,
        is_active,
        has_forecast,
        last_login_at,
        created_at
    from {{ ref('stg_salesforce__user') }}

),

roles as (

    select
        user_role_id,
        role_name
    from {{ ref('stg_salesforce__user_role') }}

),

owners as (

    select
        owner_id,
        email_hash
    from {{ ref('stg_hubspot__owner') }}

),

teams as (

    select
        members.owner_id,
        teams.team_name
    from {{ ref('stg_hubspot__owner_team') }} as members
    inner join {{ ref('stg_hubspot__team') }} as teams
        on members.team_id = teams.team_id
    where members.is_primary

),

outreach as (

    select
        outreach_user_id,
        email_hash
    from {{ ref('stg_outreach__users') }}

),

zoom as (

    select
        zoom_user_id,
        email_hash
    from {{ ref('stg_zoom__users') }}

)

select
    users.user_id,
    users.email_hash,
    users.employee_number,
    users.machine_name,
    users.employee_number is null as is_machine,
    users.job_title,
    users.department,
    roles.role_name,
    teams.team_name,
    users.manager_user_id,
    owners.owner_id as hubspot_owner_id,
    outreach.outreach_user_id,
    zoom.zoom_user_id,
    users.is_active,
    coalesce(users.has_forecast, false) as has_forecast,
    users.last_login_at,
    users.created_at
from users
left join roles
    on users.user_role_id = roles.user_role_id
left join owners
    on users.email_hash = owners.email_hash
left join teams
    on owners.owner_id = teams.owner_id
left join outreach
    on users.email_hash = outreach.email_hash
left join zoom
    on users.email_hash = zoom.email_hash
