with devices as (

    select
        {{ month_start('report_date') }} as month_start_date,
        'device' as dimension_name,
        device_category as dimension_value,
        user_count,
        new_user_count,
        engaged_session_count,
        key_event_count
    from {{ ref('stg_google_analytics__devices') }}

),

countries as (

    select
        {{ month_start('report_date') }} as month_start_date,
        'country' as dimension_name,
        country_name as dimension_value,
        user_count,
        new_user_count,
        engaged_session_count,
        key_event_count
    from {{ ref('stg_google_analytics__countries') }}

),

channel_groups as (

    select
        {{ month_start('report_date') }} as month_start_date,
        'channel_group' as dimension_name,
        channel_group as dimension_value,
        cast(null as bigint) as user_count,
        cast(null as bigint) as new_user_count,
        engaged_session_count,
        key_event_count
    from {{ ref('stg_google_analytics__session_channels') }}

),

pages as (

    select
        {{ month_start('report_date') }} as month_start_date,
        'page' as dimension_name,
        page_path as dimension_value,
        user_count,
        new_user_count,
        cast(null as bigint) as engaged_session_count,
        key_event_count
    from {{ ref('stg_google_analytics__page_paths') }}

),

dimensions as (

    select
        month_start_date,
        dimension_name,
        dimension_value,
        user_count,
        new_user_count,
        engaged_session_count,
        key_event_count
    from devices
    union all
    select
        month_start_date,
        dimension_name,
        dimension_value,
        user_count,
        new_user_count,
        engaged_session_count,
        key_event_count
    from countries
    union all
    select
        month_start_date,
        dimension_name,
        dimension_value,
        user_count,
        new_user_count,
        engaged_session_count,
        key_event_count
    from channel_groups
    union all
    select
        month_start_date,
        dimension_name,
        dimension_value,
        user_count,
        new_user_count,
        engaged_session_count,
        key_event_count
    from pages

)

select
    month_start_date,
    dimension_name,
    dimension_value,
    cast(sum(user_count) as bigint) as user_day_count,
    cast(sum(new_user_count) as bigint) as new_user_count,
    cast(sum(engaged_session_count) as bigint) as engaged_session_count,
    sum(key_event_count) as key_event_count
from dimensions
group by
    month_start_date,
    dimension_name,
    dimension_value
