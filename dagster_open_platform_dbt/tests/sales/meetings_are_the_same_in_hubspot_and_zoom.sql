{{ config(meta={'dagster': {'ref': {'name': 'stg_zoom__meeting'}}}) }}

select
    engagements.engagement_id,
    engagements.zoom_meeting_id,
    meetings.meeting_id
from {{ ref('stg_hubspot__engagement_meeting') }} as engagements
full outer join {{ ref('stg_zoom__meeting') }} as meetings
    on engagements.zoom_meeting_id = meetings.meeting_id
where
    engagements.engagement_id is null
    or meetings.meeting_id is null
    or engagements.starts_at <> meetings.starts_at
