with webinars as (

    select
        webinar_uuid,
        topic,
        planned_minutes,
        starts_at
    from {{ ref('stg_zoom__webinar') }}

),

registrants as (

    select
        webinar_uuid,
        registrant_id,
        email_hash
    from {{ ref('stg_zoom__webinar_registrant') }}
    where registration_status = 'approved'

),

-- Who left and came back was there once.
attendances as (

    select
        webinar_uuid,
        registrant_id,
        sum(attended_seconds) as attended_seconds
    from {{ ref('stg_zoom__webinar_participant') }}
    group by
        webinar_uuid,
        registrant_id

),

people as (

    select
        email_hash,
        account_id,
        first_known_at
    from {{ ref('dim_contacts') }}

),

opportunities as (

    select
        account_id,
        opportunity_id,
        created_date,
        amount_usd
    from {{ ref('fct_opportunities') }}
    where opportunity_type = 'new business'

),

registered as (

    select
        registrants.webinar_uuid,
        registrants.registrant_id,
        people.account_id,
        webinars.starts_at,
        attendances.attended_seconds,
        coalesce(people.first_known_at >= webinars.starts_at, people.email_hash is null) as is_new
    from registrants
    inner join webinars
        on registrants.webinar_uuid = webinars.webinar_uuid
    left join attendances
        on
            registrants.webinar_uuid = attendances.webinar_uuid
            and registrants.registrant_id = attendances.registrant_id
    left join people
        on registrants.email_hash = people.email_hash

),

counted as (

    select
        webinar_uuid,
        count(*) as registrant_count,
        count(attended_seconds) as attendee_count,
        count(account_id) as account_registrant_count,
        count(case when is_new then 1 end) as new_person_count,
        {{ median('attended_seconds') }} / 60 as median_attended_minutes
    from registered
    group by webinar_uuid

),

-- Opportunities that began within 90 days at companies from which somebody attended, each once a webinar.
followed as (

    select distinct
        registered.webinar_uuid,
        opportunities.opportunity_id,
        opportunities.amount_usd
    from registered
    inner join opportunities
        on registered.account_id = opportunities.account_id
    where
        registered.attended_seconds is not null
        and opportunities.created_date > cast(registered.starts_at as date)
        and opportunities.created_date <= {{ add_days('cast(registered.starts_at as date)', 90) }}

),

pipeline as (

    select
        webinar_uuid,
        count(*) as opportunity_count,
        sum(amount_usd) as opportunity_amount_usd
    from followed
    group by webinar_uuid

)

select
    webinars.webinar_uuid,
    webinars.topic,
    webinars.starts_at,
    cast(webinars.starts_at as date) as webinar_date,
    webinars.planned_minutes,
    coalesce(counted.registrant_count, 0) as registrant_count,
    coalesce(counted.attendee_count, 0) as attendee_count,
    coalesce(counted.account_registrant_count, 0) as account_registrant_count,
    coalesce(counted.new_person_count, 0) as new_person_count,
    counted.median_attended_minutes,
    {{ safe_divide('counted.attendee_count', 'counted.registrant_count') }} as attendance_rate,
    coalesce(pipeline.opportunity_count, 0) as opportunity_count_90d,
    coalesce(pipeline.opportunity_amount_usd, 0) as opportunity_amount_90d_usd
from webinars
left join counted
    on webinars.webinar_uuid = counted.webinar_uuid
left join pipeline
    on webinars.webinar_uuid = pipeline.webinar_uuid
