with source as (

    select * from {{ source('google_analytics_4', 'events_report') }}

)

select
    _fivetran_id as row_id,
    date as report_date,
    event_name,
    cast(event_count as bigint) as event_count,
    cast(total_users as bigint) as user_count
from source
