with source as (

    select * from {{ source('linkedin_pages', 'time_bound_page_statistic') }}

)

select
    cast({{ utc_timestamp('day') }} as date) as activity_date,
    cast(split_part(organization_entity, ':', 4) as bigint) as page_id,
    cast(all_page_views as bigint) as page_view_count,
    cast(all_unique_page_views as bigint) as unique_page_view_count,
    cast(all_desktop_page_views as bigint) as desktop_page_view_count,
    cast(all_mobile_page_views as bigint) as mobile_page_view_count,
    cast(careers_page_views as bigint) as careers_page_view_count
from source
