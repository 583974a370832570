with traffic as (

    select
        {{ week_start('report_date') }} as week_start,
        traffic_source_type,
        view_count,
        watch_minutes
    from {{ ref('stg_youtube__traffic_sources') }}

),

traffic_sources as (

    select
        traffic_source_type,
        traffic_source_name
    from {{ ref('youtube_traffic_sources') }}

)

select
    traffic.week_start,
    traffic.traffic_source_type,
    coalesce(min(traffic_sources.traffic_source_name), 'Unlisted') as traffic_source_name,
    cast(sum(traffic.view_count) as bigint) as view_count,
    sum(traffic.watch_minutes) as watch_minutes
from traffic
left join traffic_sources
    on traffic.traffic_source_type = traffic_sources.traffic_source_type
group by
    traffic.week_start,
    traffic.traffic_source_type
