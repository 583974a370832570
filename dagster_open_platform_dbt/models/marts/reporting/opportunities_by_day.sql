{# Salesforce's changes are loaded every hour; a day's are complete on the next. #}
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

versions as (

    select
        opportunity_id,
        account_id,
        opportunity_type,
        stage_name,
        stage_order,
        is_closed,
        is_won,
        forecast_category,
        probability_percent,
        currency,
        amount,
        amount_usd,
        expected_close_date,
        cast(valid_from as date) as valid_from,
        coalesce(cast(valid_to as date), cast('9999-12-31' as date)) as valid_to,
        -- When it came to its stage: the latest version until this one that changed the stage.
        cast(
            max(case when is_stage_change then valid_from end) over (
                partition by opportunity_id
                order by valid_from
                rows between unbounded preceding and current row
            ) as date
        ) as entered_date
    from {{ ref('fct_opportunity_stages') }}

)

-- A version holds at the end of the day if it began on it or before and did not end on it.
select
    days.date_day as report_date,
    versions.opportunity_id,
    versions.account_id,
    versions.opportunity_type,
    versions.stage_name,
    versions.stage_order,
    versions.is_closed,
    versions.is_won,
    versions.forecast_category,
    versions.probability_percent,
    versions.currency,
    versions.amount,
    versions.amount_usd,
    case
        when not versions.is_closed then versions.amount_usd * versions.probability_percent / cast(100 as double)
    end as weighted_amount_usd,
    versions.expected_close_date,
    {{ days_between('versions.entered_date', 'days.date_day') }} as days_in_stage
from days
inner join versions
    on
        days.date_day >= versions.valid_from
        and days.date_day < versions.valid_to
