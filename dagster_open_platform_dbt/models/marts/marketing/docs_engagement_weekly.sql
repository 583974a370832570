with visits as (

    select
        {{ week_start('visit_date') }} as week_start,
        count(*) as page_visit_count,
        count(distinct visitor_id) as visitor_count
    from {{ ref('fct_page_visits') }}
    where
        source_slug = 'docs'
        and not is_bot
    group by {{ week_start('visit_date') }}

),

searches as (

    select
        {{ week_start('searched_date') }} as week_start,
        count(*) as search_count,
        count(case when result_count = 0 then 1 end) as search_without_result_count,
        count(case when is_ai_answer then 1 end) as ai_answer_count
    from {{ ref('stg_segment__docs_searches') }}
    group by {{ week_start('searched_date') }}

),

copies as (

    select
        {{ week_start('copied_date') }} as week_start,
        count(*) as code_copy_count
    from {{ ref('stg_segment__docs_code_copies') }}
    group by {{ week_start('copied_date') }}

),

switches as (

    select
        {{ week_start('switched_date') }} as week_start,
        count(*) as version_switch_count
    from {{ ref('stg_segment__docs_version_switches') }}
    group by {{ week_start('switched_date') }}

),

feedback as (

    select
        {{ week_start('submitted_date') }} as week_start,
        count(*) as feedback_count,
        count(case when is_helpful then 1 end) as helpful_count
    from {{ ref('stg_segment__docs_feedback') }}
    group by {{ week_start('submitted_date') }}

)

select
    visits.week_start,
    visits.page_visit_count,
    visits.visitor_count,
    coalesce(searches.search_count, 0) as search_count,
    coalesce(searches.search_without_result_count, 0) as search_without_result_count,
    coalesce(searches.ai_answer_count, 0) as ai_answer_count,
    coalesce(copies.code_copy_count, 0) as code_copy_count,
    coalesce(switches.version_switch_count, 0) as version_switch_count,
    coalesce(feedback.feedback_count, 0) as feedback_count,
    coalesce(feedback.helpful_count, 0) as helpful_count,
    {{ safe_divide('feedback.helpful_count', 'feedback.feedback_count') }} as helpful_rate
from visits
left join searches
    on visits.week_start = searches.week_start
left join copies
    on visits.week_start = copies.week_start
left join switches
    on visits.week_start = switches.week_start
left join feedback
    on visits.week_start = feedback.week_start
