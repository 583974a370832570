with progress as (

    select
        learner_id,
        course_name,
        organization_id,
        certificate_id,
        certificate_count,
        cast(certificate_issued_at as date) as certificate_issued_date
    from {{ ref('fct_course_progress') }}
    where organization_id is not null

)

select
    organization_id,
    count(distinct learner_id) as learner_count,
    count(distinct case when certificate_id is not null then learner_id end) as certified_learner_count,
    count(distinct course_name) as course_count,
    cast(sum(certificate_count) as bigint) as certificate_count,
    min(certificate_issued_date) as first_certificate_date,
    max(certificate_issued_date) as last_certificate_date
from progress
group by organization_id
