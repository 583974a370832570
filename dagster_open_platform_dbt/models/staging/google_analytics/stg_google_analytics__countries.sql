with source as (

    select * from {{ source('google_analytics_4', 'demographic_country_report') }}

)

select
    _fivetran_id as row_id,
    date as report_date,
    country as country_name,
    cast(total_users as bigint) as user_count,
    cast(new_users as bigint) as new_user_count,
    cast(engaged_sessions as bigint) as engaged_session_count,
    cast(key_events as double) as key_event_count
from source
