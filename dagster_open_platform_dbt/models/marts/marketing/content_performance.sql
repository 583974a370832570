with visits as (

    select
        {{ week_start('visit_date') }} as week_start,
        source_slug,
        page_path,
        page_group,
        visitor_id,
        session_id,
        seconds_on_page,
        is_landing_page
    from {{ ref('fct_page_visits') }}
    where
        source_slug in ('website', 'docs')
        and not is_bot

)

select
    week_start,
    source_slug,
    page_path,
    min(page_group) as page_group,
    count(*) as visit_count,
    count(distinct visitor_id) as visitor_count,
    count(distinct session_id) as session_count,
    count(case when is_landing_page then 1 end) as landing_count,
    count(case when seconds_on_page is null then 1 end) as exit_count,
    {{ safe_divide('count(case when seconds_on_page is null then 1 end)', 'count(*)') }} as exit_rate,
    {{ median('seconds_on_page') }} as median_seconds_on_page
from visits
group by
    week_start,
    source_slug,
    page_path
