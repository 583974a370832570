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
        account_id,
        field_name,
        field_value,
        valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('int_reporting__account_versions') }}

),

accounts as (

    select
        account_id,
        created_date
    from {{ ref('dim_accounts') }}

),

account_days as (

    select
        days.date_day,
        versions.account_id,
        max(case when versions.field_name = 'type' then versions.field_value end) as account_type,
        max(case when versions.field_name = 'owner' then versions.field_value end) as owner_user_id
    from days
    inner join versions
        on
            days.date_day >= versions.valid_from
            and days.date_day < versions.valid_to
    group by
        days.date_day,
        versions.account_id

),

stages as (

    select
        account_id,
        is_closed,
        is_won,
        amount_usd,
        cast(valid_from as date) as valid_from,
        coalesce(cast(valid_to as date), cast('9999-12-31' as date)) as valid_to
    from {{ ref('fct_opportunity_stages') }}

),

pipeline as (

    select
        days.date_day,
        stages.account_id,
        count(case when not stages.is_closed then 1 end) as open_opportunity_count,
        sum(case when not stages.is_closed then stages.amount_usd end) as open_pipeline_usd,
        count(case when stages.is_won then 1 end) as won_opportunity_count
    from days
    inner join stages
        on
            days.date_day >= stages.valid_from
            and days.date_day < stages.valid_to
    group by
        days.date_day,
        stages.account_id

)

select
    account_days.date_day as report_date,
    account_days.account_id,
    account_days.account_type,
    account_days.account_type = 'customer' as is_customer,
    account_days.owner_user_id,
    {{ days_between('accounts.created_date', 'account_days.date_day') }} as days_since_created,
    coalesce(pipeline.open_opportunity_count, 0) as open_opportunity_count,
    coalesce(pipeline.open_pipeline_usd, 0) as open_pipeline_usd,
    coalesce(pipeline.won_opportunity_count, 0) as won_opportunity_count
from account_days
inner join accounts
    on account_days.account_id = accounts.account_id
left join pipeline
    on
        account_days.date_day = pipeline.date_day
        and account_days.account_id = pipeline.account_id
