with organizations as (

    select
        organization_id,
        organization_public_id,
        deployment_count,
        active_deployment_count
    from {{ ref('crm_organizations') }}

),

deployments as (

    select
        organization_id,
        count(case when deployment_type = 'BRANCH' then 1 end) as branch_deployment_count,
        min(agent_type) as first_agent_type,
        max(agent_type) as last_agent_type
    from {{ ref('stg_cloud_product__deployments') }}
    group by organization_id

)

select
    organizations.organization_public_id,
    cast(organizations.deployment_count as bigint) as deployment_count,
    cast(organizations.active_deployment_count as bigint) as active_deployment_count,
    cast(coalesce(deployments.branch_deployment_count, 0) as bigint) as branch_deployment_count,
    case
        when deployments.first_agent_type = deployments.last_agent_type then deployments.first_agent_type
        when deployments.first_agent_type is not null then 'MIXED'
    end as agent_type
from organizations
left join deployments
    on organizations.organization_id = deployments.organization_id
