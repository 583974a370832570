{{ config(meta={'dagster': {'ref': {'name': 'fct_opportunity_stages'}}}) }}

select
    opportunities.opportunity_id,
    opportunities.stage_name,
    versions.stage_name as version_stage_name,
    opportunities.amount,
    versions.amount as version_amount
from {{ ref('fct_opportunities') }} as opportunities
left join {{ ref('fct_opportunity_stages') }} as versions
    on
        opportunities.opportunity_id = versions.opportunity_id
        and versions.is_current
where
    versions.opportunity_id is null
    or opportunities.stage_name <> versions.stage_name
    or opportunities.amount is distinct from versions.amount
    or opportunities.close_date <> versions.expected_close_date
