{# What sales did is loaded every hour; a day's is complete on the next. #}
{% set lookback = 3 %}

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_window',
        event_time='report_date',
        lookback=lookback,
        tags=['daily'],
        on_schema_change='fail'
    )
}}

with days as (

    select date_day
    from {{ ref('int_reporting__days') }}
    where {{ in_run_window('date_day', lookback) }}

),

contacts as (

    select
        email_hash,
        first_known_date,
        lead_created_date,
        contact_created_date,
        hubspot_created_date,
        user_created_date
    from {{ ref('int_reporting__contact_dates') }}

),

activity_days as (

    select
        email_hash,
        occurred_date,
        count(*) as activity_count
    from {{ ref('fct_activities') }}
    where email_hash is not null
    group by
        email_hash,
        occurred_date

),

-- Each day with activity holds as the latest one until the next.
activities as (

    select
        email_hash,
        occurred_date,
        activity_count,
        coalesce(
            lead(occurred_date) over (partition by email_hash order by occurred_date),
            cast('9999-12-31' as date)
        ) as next_occurred_date,
        sum(activity_count) over (
            partition by email_hash
            order by occurred_date
            rows between unbounded preceding and current row
        ) as activity_count_so_far
    from activity_days

)

select
    days.date_day as report_date,
    contacts.email_hash,
    case
        when contacts.user_created_date <= days.date_day then 'user'
        when contacts.contact_created_date <= days.date_day then 'contact'
        when contacts.lead_created_date <= days.date_day then 'lead'
        else 'known'
    end as contact_status,
    coalesce(contacts.lead_created_date <= days.date_day, false) as is_lead,
    coalesce(contacts.contact_created_date <= days.date_day, false) as is_contact,
    coalesce(contacts.hubspot_created_date <= days.date_day, false) as is_in_hubspot,
    coalesce(contacts.user_created_date <= days.date_day, false) as is_user,
    {{ days_between('contacts.first_known_date', 'days.date_day') }} as days_since_first_known,
    case when activities.occurred_date = days.date_day then activities.activity_count else 0 end as activity_count,
    cast(coalesce(activities.activity_count_so_far, 0) as bigint) as activity_count_so_far,
    {{ days_between('activities.occurred_date', 'days.date_day') }} as days_since_last_activity
from days
inner join contacts
    on days.date_day >= contacts.first_known_date
left join activities
    on
        contacts.email_hash = activities.email_hash
        and days.date_day >= activities.occurred_date
        and days.date_day < activities.next_occurred_date
