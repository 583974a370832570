{{ config(meta={'dagster': {'ref': {'name': 'dim_organizations'}}}) }}

-- Every membership makes one member of its organization.
with memberships as (

    select
        organization_id,
        count(*) as member_count
    from {{ ref('stg_cloud_product__users_organizations') }}
    group by organization_id

),

organizations as (

    select
        organization_id,
        member_count
    from {{ ref('dim_organizations') }}

)

select
    organizations.organization_id,
    organizations.member_count,
    memberships.member_count as membership_count
from organizations
left join memberships
    on organizations.organization_id = memberships.organization_id
where organizations.member_count <> coalesce(memberships.member_count, 0)
