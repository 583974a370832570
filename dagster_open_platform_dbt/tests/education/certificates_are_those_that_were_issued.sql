{{ config(meta={'dagster': {'ref': {'name': 'fct_course_progress'}}}) }}

-- Each certificate of somebody who is known stands in the progress of one learner in its course.
with issued as (

    select
        course_name,
        count(*) as certificate_count
    from {{ ref('stg_segment__certificates') }}
    where user_id is not null
    group by course_name

),

held as (

    select
        course_name,
        sum(certificate_count) as certificate_count
    from {{ ref('fct_course_progress') }}
    group by course_name

)

select
    issued.course_name,
    issued.certificate_count as issued_count,
    held.certificate_count as held_count
from issued
left join held
    on issued.course_name = held.course_name
where issued.certificate_count <> coalesce(held.certificate_count, 0)
