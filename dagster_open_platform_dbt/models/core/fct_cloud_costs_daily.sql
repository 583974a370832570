with costs as (

    select
        usage_date,
        aws_account_id,
        product_code,
        aws_region,
        team,
        count(distinct resource_id) as resource_count,
        cast(sum(line_count) as bigint) as line_count,
        sum(cost_usd) as cost_usd
    from {{ ref('stg_aws__aws_cost_report') }}
    group by
        usage_date,
        aws_account_id,
        product_code,
        aws_region,
        team

),

services as (

    select
        product_code,
        service_name,
        cost_category,
        allocation_basis
    from {{ ref('aws_services') }}

),

teams as (

    select
        team,
        cost_center,
        is_cost_of_revenue
    from {{ ref('cost_teams') }}

)

select
    costs.usage_date,
    costs.aws_account_id,
    costs.product_code,
    costs.aws_region,
    costs.team,
    coalesce(services.service_name, costs.product_code) as service_name,
    coalesce(services.cost_category, 'other') as cost_category,
    coalesce(services.allocation_basis, 'run_events') as allocation_basis,
    coalesce(teams.cost_center, 'Unknown') as cost_center,
    coalesce(teams.is_cost_of_revenue, false) as is_cost_of_revenue,
    costs.resource_count,
    costs.line_count,
    costs.cost_usd
from costs
left join services
    on costs.product_code = services.product_code
left join teams
    on costs.team = teams.team
