with source as (

    select * from {{ source('oss_telemetry', 'events') }}

),

-- An event may be delivered again, a day later at most; what came first holds.
latest as (

    select *
    from source
    qualify row_number() over (
        partition by event_id
        order by received_day asc, client_time asc
    ) = 1

)

select
    event_id,
    action as event_action,
    case
        when action = 'daemon_alive' then 'ALIVE'
        when action = 'update_repo_stats' then 'STATISTICS'
        when action in ('start_dagit_webserver', '_daemon_run_command_started') then 'START'
        else 'RUN'
    end as event_kind,
    instance_id,
    run_storage_id,
    dagster_version,
    split_part(dagster_version, '.', 1) || '.' || split_part(dagster_version, '.', 2) as dagster_minor_version,
    split_part(python_version, '.', 1) || '.' || split_part(python_version, '.', 2) as python_minor_version,
    split_part(os_desc, '-', 1) as operating_system,
    cast({{ json_text('cast(metadata as varchar)', 'num_assets_in_repo') }} as bigint) as asset_count,
    cast({{ json_text('cast(metadata as varchar)', 'num_schedules_in_repo') }} as bigint) as schedule_count,
    elapsed_time_seconds,
    {{ utc_timestamp('client_time') }} as happened_at,
    cast({{ utc_timestamp('client_time') }} as date) as happened_date,
    received_day as received_date
from latest
