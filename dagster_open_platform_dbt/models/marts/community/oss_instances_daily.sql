{# A client without network reports up to six days later. #}
{% set lookback = 7 %}

{{
    config(
        materialized='incremental',
        incremental_strategy='replace_window',
        event_time='event_date',
        lookback=lookback,
        tags=['daily'],
        on_schema_change='fail'
    )
}}

with events as (

    select
        happened_date,
        instance_id,
        event_kind,
        dagster_minor_version,
        asset_count,
        happened_at,
        event_id
    from {{ ref('stg_telemetry__events') }}
    where
        instance_id is not null
        and {{ in_run_window('happened_date', lookback) }}

),

-- An instance that was upgraded during the day counts for the version that it had in the end.
ranked as (

    select
        happened_date,
        instance_id,
        event_kind,
        dagster_minor_version,
        asset_count,
        row_number() over (
            partition by happened_date, instance_id
            order by happened_at desc, event_id desc
        ) as place_from_last
    from events

),

instances as (

    select
        happened_date,
        instance_id,
        max(case when place_from_last = 1 then dagster_minor_version end) as dagster_minor_version,
        count(*) as event_count,
        count(case when event_kind = 'ALIVE' then 1 end) as alive_event_count,
        count(case when event_kind = 'RUN' then 1 end) as run_event_count,
        max(asset_count) as asset_count
    from ranked
    group by
        happened_date,
        instance_id

)

select
    happened_date as event_date,
    coalesce(dagster_minor_version, 'unknown') as dagster_minor_version,
    count(*) as instance_count,
    count(case when alive_event_count > 0 then 1 end) as daemon_instance_count,
    count(case when run_event_count > 0 then 1 end) as running_instance_count,
    cast(sum(event_count) as bigint) as event_count,
    cast(sum(run_event_count) as bigint) as run_event_count,
    {{ median('asset_count') }} as median_asset_count
from instances
group by
    happened_date,
    coalesce(dagster_minor_version, 'unknown')
