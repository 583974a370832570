with attempts as (

    select
        course_name,
        learner_id,
        score,
        is_passed,
        row_number() over (
            partition by course_name, learner_id
            order by happened_at, event_id
        ) as attempt_number
    from {{ ref('int_education__course_events') }}
    where event_type = 'quiz'

)

select
    course_name,
    count(*) as attempt_count,
    count(distinct learner_id) as learner_count,
    count(distinct case when is_passed then learner_id end) as passed_learner_count,
    {{ safe_divide('count(case when attempt_number = 1 and is_passed then 1 end)', 'count(distinct learner_id)') }}
        as first_attempt_pass_ratio,
    {{ safe_divide('count(distinct case when is_passed then learner_id end)', 'count(distinct learner_id)') }}
        as pass_ratio,
    avg(cast(score as double)) as mean_score,
    {{ median('score') }} as median_score
from attempts
group by course_name
