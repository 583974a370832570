{{ config(meta={'dagster': {'ref': {'name': 'contacts_by_day'}}}) }}


-- What the days say of a person adds up to what is known now.
with by_day as (

    select
        email_hash,
        contact_status,
        activity_count_so_far
    from {{ ref('contacts_by_day') }}
    where report_date = (select max(present.as_of_date) from {{ ref('contacts') }} as present)

)

select
    by_day.email_hash,
    present.contact_status,
    by_day.contact_status as last_day_contact_status,
    present.activity_count,
    by_day.activity_count_so_far
from by_day
left join {{ ref('contacts') }} as present
    on by_day.email_hash = present.email_hash
where
    by_day.contact_status is distinct from present.contact_status
    or by_day.activity_count_so_far is distinct from present.activity_count
