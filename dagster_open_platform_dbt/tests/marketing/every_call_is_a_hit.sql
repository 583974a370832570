{{ config(meta={'dagster': {'ref': {'name': 'fct_page_visits'}}}) }}

-- No call of Segment is lost on its way into the facts, none counts twice: by source and day, against staging.
{% set first_day = "cast('" ~ var('first_date') ~ "' as date)" %}
with staged as (

    select
        source_slug,
        viewed_date as hit_date,
        count(*) as call_count
    from {{ ref('stg_segment__pages') }}
    where viewed_date >= {{ first_day }}
    group by
        source_slug,
        viewed_date
    union all
    select
        source_slug,
        occurred_date as hit_date,
        count(*) as call_count
    from {{ ref('stg_segment__tracks') }}
    where occurred_date >= {{ first_day }}
    group by
        source_slug,
        occurred_date

),

calls as (

    select
        source_slug,
        hit_date,
        sum(call_count) as call_count
    from staged
    group by
        source_slug,
        hit_date

),

facts as (

    select
        source_slug,
        visit_date as hit_date
    from {{ ref('fct_page_visits') }}
    union all
    select
        source_slug,
        event_date as hit_date
    from {{ ref('fct_events') }}

),

hits as (

    select
        source_slug,
        hit_date,
        count(*) as hit_count
    from facts
    group by
        source_slug,
        hit_date

)

select
    calls.source_slug,
    calls.hit_date,
    calls.call_count,
    hits.hit_count
from calls
full outer join hits
    on
        calls.source_slug = hits.source_slug
        and calls.hit_date = hits.hit_date
where calls.call_count is distinct from hits.hit_count
