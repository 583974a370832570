{{ config(meta={'dagster': {'ref': {'name': 'asset_activity_daily'}}}) }}

-- On the days that both hold, what is counted by asset is what the log of events says.
with by_asset as (

    select
        event_date,
        sum(materialization_count + observation_count + check_count) as event_count
    from {{ ref('asset_activity_daily') }}
    group by event_date

),

logged as (

    select
        occurred_date as event_date,
        count(*) as event_count
    from {{ ref('stg_cloud_product__event_logs') }}
    where
        event_type in ('ASSET_MATERIALIZATION', 'ASSET_OBSERVATION', 'ASSET_CHECK_EVALUATION')
        and asset_key is not null
    group by occurred_date

)

select
    by_asset.event_date,
    by_asset.event_count,
    logged.event_count as logged_event_count
from by_asset
left join logged
    on by_asset.event_date = logged.event_date
where by_asset.event_count is distinct from logged.event_count
