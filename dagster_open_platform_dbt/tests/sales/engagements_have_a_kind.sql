{{ config(meta={'dagster': {'ref': {'name': 'stg_hubspot__engagement'}}}) }}

with details as (

    select
        engagement_id,
        'call' as engagement_type
    from {{ ref('stg_hubspot__engagement_call') }}
    union all
    select
        engagement_id,
        'meeting' as engagement_type
    from {{ ref('stg_hubspot__engagement_meeting') }}
    union all
    select
        engagement_id,
        'email' as engagement_type
    from {{ ref('stg_hubspot__engagement_email') }}
    union all
    select
        engagement_id,
        'note' as engagement_type
    from {{ ref('stg_hubspot__engagement_note') }}
    union all
    select
        engagement_id,
        'task' as engagement_type
    from {{ ref('stg_hubspot__engagement_task') }}

)

select
    coalesce(engagements.engagement_id, details.engagement_id) as engagement_id,
    engagements.engagement_type,
    details.engagement_type as detail_type
from {{ ref('stg_hubspot__engagement') }} as engagements
full outer join details
    on engagements.engagement_id = details.engagement_id
where engagements.engagement_type is distinct from details.engagement_type
