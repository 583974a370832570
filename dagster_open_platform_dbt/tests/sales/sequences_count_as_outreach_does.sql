{{ config(meta={'dagster': {'ref': {'name': 'sequence_performance'}}}) }}

select
    ours.sequence_id,
    ours.person_count,
    theirs.contacted_count,
    ours.replied_count,
    theirs.replied_count as outreach_replied_count
from {{ ref('sequence_performance') }} as ours
inner join {{ ref('stg_outreach__sequence') }} as theirs
    on ours.sequence_id = theirs.sequence_id
where ours.replied_count <> theirs.replied_count
