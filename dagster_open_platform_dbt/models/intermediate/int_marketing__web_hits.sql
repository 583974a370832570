with pages as (

    select
        source_slug,
        page_view_id,
        anonymous_id,
        user_id,
        page_path,
        page_title,
        campaign_tag,
        campaign_source,
        campaign_medium,
        is_bot,
        viewed_at,
        viewed_date
    from {{ ref('stg_segment__pages') }}

),

tracks as (

    select
        source_slug,
        event_id,
        anonymous_id,
        user_id,
        event_name,
        page_path,
        is_bot,
        occurred_at,
        occurred_date
    from {{ ref('stg_segment__tracks') }}

)

select
    page_view_id as hit_id,
    'page' as hit_type,
    source_slug,
    {{ text_hash("source_slug || ':' || anonymous_id") }} as visitor_id,
    anonymous_id,
    user_id,
    cast(null as varchar) as event_name,
    page_path,
    page_title,
    campaign_tag,
    campaign_source,
    campaign_medium,
    is_bot,
    viewed_at as hit_at,
    viewed_date as hit_date
from pages
union all
select
    event_id as hit_id,
    'event' as hit_type,
    source_slug,
    {{ text_hash("source_slug || ':' || anonymous_id") }} as visitor_id,
    anonymous_id,
    user_id,
    event_name,
    page_path,
    cast(null as varchar) as page_title,
    cast(null as varchar) as campaign_tag,
    cast(null as varchar) as campaign_source,
    cast(null as varchar) as campaign_medium,
    is_bot,
    occurred_at as hit_at,
    occurred_date as hit_date
from tracks
