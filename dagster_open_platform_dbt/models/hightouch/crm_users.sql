with users as (

    select
        user_id,
        is_active,
        created_at
    from {{ ref('stg_cloud_product__users') }}

),

persons as (

    select
        user_id,
        email_address
    from {{ ref('pii_cloud_product__users') }}

),

memberships as (

    select
        membership_id,
        user_id,
        organization_id,
        is_guest,
        created_at
    from {{ ref('stg_cloud_product__users_organizations') }}

),

organizations as (

    select
        organization_id,
        organization_name,
        lifecycle
    from {{ ref('crm_organizations') }}

),

-- A user's own organization before those that invited them, one that is still here before one that left, then the one
-- that they joined first.
ranked as (

    select
        memberships.user_id,
        memberships.is_guest,
        organizations.organization_id,
        organizations.organization_name,
        organizations.lifecycle,
        count(*) over (partition by memberships.user_id) as organization_count,
        row_number() over (
            partition by memberships.user_id
            order by
                memberships.is_guest asc,
                case when organizations.lifecycle = 'CHURNED' then 1 else 0 end asc,
                memberships.created_at asc,
                memberships.membership_id asc
        ) as membership_rank
    from memberships
    inner join organizations
        on memberships.organization_id = organizations.organization_id

)

select
    users.user_id,
    persons.email_address as email,  -- noqa: RF04
    users.is_active,
    users.created_at as signed_up_at,
    ranked.organization_id,
    ranked.organization_name,
    ranked.lifecycle,
    cast(ranked.organization_count as bigint) as organization_count,
    ranked.is_guest
from users
inner join persons
    on users.user_id = persons.user_id
inner join ranked
    on
        users.user_id = ranked.user_id
        and ranked.membership_rank = 1
