-- The last day is that of whatever came last: what other sources told before still holds on it. What the platform
-- itself wrote into the CRM is no news.
with last_days as (

    select max(run_date) as last_date
    from {{ ref('fct_runs') }}
    union all
    select max(as_of_date) as last_date
    from {{ ref('int_finance__as_of') }}
    union all
    select max(cast(valid_from as date)) as last_date
    from {{ ref('fct_opportunity_stages') }}
    union all
    select max(cast(changed_at as date)) as last_date
    from {{ ref('stg_salesforce__account_history') }}
    where field_name in ('created', 'type', 'owner')
    union all
    select max(cast(first_known_at as date)) as last_date
    from {{ ref('dim_contacts') }}
    union all
    select max(occurred_date) as last_date
    from {{ ref('fct_activities') }}
    union all
    select max(cast(created_at as date)) as last_date
    from {{ ref('dim_organizations') }}
    union all
    select max(cast(canceled_at as date)) as last_date
    from {{ ref('dim_organizations') }}

),

last_day as (

    select max(last_date) as last_date
    from last_days

),

days as (

    select date_day
    from {{ ref('time_spine') }}

)

select
    days.date_day,
    days.date_day = last_day.last_date as is_last_day
from days
inner join last_day
    on days.date_day <= last_day.last_date
where days.date_day >= cast('{{ var("first_date") }}' as date)
