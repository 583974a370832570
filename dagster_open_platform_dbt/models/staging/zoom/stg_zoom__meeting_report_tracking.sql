with source as (

    select * from {{ source('zoom', 'meeting_report_tracking') }}

)

select
    meeting_report_uuid as meeting_uuid,
    field as field_name,
    nullif(trim(value), '') as field_value
from source
