{# What Salesforce writes down about a day may be loaded up to two days later. #}
{% set lookback = 3 %}

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_window',
        event_time='snapshot_date',
        lookback=lookback,
        tags=['daily'],
        on_schema_change='fail'
    )
}}

with days as (

    select spine.date_day as snapshot_date
    from {{ ref('time_spine') }} as spine
    inner join {{ ref('int_sales__as_of') }} as as_of
        on spine.date_day <= as_of.as_of_date
    where {{ in_run_window('spine.date_day', lookback) }}

),

versions as (

    select
        opportunity_id,
        account_id,
        opportunity_type,
        version_number,
        stage_name,
        stage_order,
        is_stage_change,
        is_closed,
        is_won,
        forecast_category,
        probability_percent,
        currency,
        amount,
        amount_usd,
        expected_close_date,
        cast(valid_from as date) as first_date,
        cast(valid_to as date) as next_date
    from {{ ref('fct_opportunity_stages') }}

),

created as (

    select
        opportunity_id,
        owner_user_id,
        created_date
    from {{ ref('fct_opportunities') }}

)

select
    days.snapshot_date,
    versions.opportunity_id,
    versions.account_id,
    created.owner_user_id,
    versions.opportunity_type,
    versions.version_number,
    versions.stage_name,
    versions.stage_order,
    versions.is_closed,
    versions.is_won,
    versions.forecast_category,
    versions.probability_percent,
    versions.currency,
    versions.amount,
    versions.amount_usd,
    versions.amount_usd * versions.probability_percent / 100 as weighted_amount_usd,
    versions.expected_close_date,
    not versions.is_closed and versions.expected_close_date < days.snapshot_date as is_overdue,
    {{ days_between('created.created_date', 'days.snapshot_date') }} as age_days
from days
-- The version that held when the day ended.
inner join versions
    on
        days.snapshot_date >= versions.first_date
        and (versions.next_date is null or days.snapshot_date < versions.next_date)
inner join created
    on versions.opportunity_id = created.opportunity_id
-- What is closed has a row on the day on which it was, and none afterwards.
where
    not versions.is_closed
    or (versions.is_stage_change and versions.first_date = days.snapshot_date)
