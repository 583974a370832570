with source as (

    select * from {{ source('google_analytics_4', 'conversions_report') }}

)

select
    _fivetran_id as row_id,
    date as report_date,
    event_name,
    cast(key_events as double) as key_event_count,
    cast(total_users as bigint) as user_count
from source
