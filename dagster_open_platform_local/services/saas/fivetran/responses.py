"""How things look in answers, with `Accept: application/json;version=2`.

What belongs here: the shapes of https://fivetran.com/docs/rest-api/api-reference, of connections, schema configs, groups and
destinations. What does not: which call gets which.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dagster_open_platform_local.company.fivetran.layouts import Layout
from dagster_open_platform_local.services.saas.fivetran.credentials import ACCOUNT_ID
from dagster_open_platform_local.services.saas.fivetran.destination import DATABASE
from dagster_open_platform_local.services.saas.fivetran.sources import Source
from dagster_open_platform_local.services.saas.fivetran.state import ConnectionState
from dagster_open_platform_local.services.saas.fivetran.syncs import is_synced

GROUP_ID = "broken_anchorage"
GROUP_NAME = "dagster_labs_prod"
CREATED_AT = "2023-09-05T09:12:44.500713Z"
_USER = "dust_earmark"
_MASKED = "******"

Json = dict[str, Any]


def account() -> Json:
    """…/account/get-account-info."""
    return {"account_id": ACCOUNT_ID, "account_name": "Dagster Labs", "user_id": _USER}


def group() -> Json:
    """…/groups/group-details."""
    return {"id": GROUP_ID, "name": GROUP_NAME, "created_at": CREATED_AT}


def destination() -> Json:
    """…/destinations/destination-details. A destination has the id of its group."""
    return {
        "id": GROUP_ID,
        "group_id": GROUP_ID,
        "service": "snowflake",
        "region": "AWS_US_WEST_2",
        "time_zone_offset": "0",
        "setup_status": "connected",
        "daylight_saving_time_enabled": False,
        "networking_method": "Directly",
        "private_link_id": None,
        "hybrid_deployment_agent_id": None,
        "config": {
            "host": "dagsterlabs.us-west-2.snowflakecomputing.com",
            "port": 443,
            "database": DATABASE.upper(),
            "auth": "KEY_PAIR",
            "user": "FIVETRAN_USER",
            "role": "FIVETRAN_ROLE",
            "private_key": _MASKED,
            "is_private_key_encrypted": False,
        },
    }


def listed_connection(source: Source, state: ConnectionState, now: datetime) -> Json:
    """…/groups/list-all-connections-in-group: a connection without its configuration."""
    connector = source.connector
    return {
        "id": connector.id,
        "service": connector.service,
        "schema": connector.name,
        "paused": state.paused,
        "status": _status(state, now),
        "daily_sync_time": state.daily_sync_time,
        "succeeded_at": state.succeeded_at,
        "failed_at": state.failed_at,
        "sync_frequency": state.sync_frequency,
        "schedule_type": state.schedule_type,
        "group_id": GROUP_ID,
        "connected_by": _USER,
        "created_at": CREATED_AT,
        "service_version": 1,
        "pause_after_trial": False,
        "data_delay_sensitivity": "NORMAL",
        "data_delay_threshold": 0,
        "networking_method": "Directly",
        "private_link_id": None,
        "hybrid_deployment_agent_id": None,
        "source_sync_details": {},
    }


def connection(source: Source, state: ConnectionState, now: datetime) -> Json:
    """…/connections/connection-details."""
    connector = source.connector
    config = {"schema": connector.schema, **({"table": connector.sheet} if connector.sheet else {})}
    return {**listed_connection(source, state, now), "config": config}


def tested_connection(source: Source, state: ConnectionState, now: datetime) -> Json:
    """…/connections/run-setup-tests. What each test is called differs from source to source."""
    tests = state.setup_tests
    if tests is None:
        name = source.connector.service
        passed = state.setup_state == "connected"
        tests = [
            {"title": f"Connecting to {name}", "status": "PASSED", "message": ""},
            {
                "title": "Validating credentials",
                "status": "PASSED" if passed else "FAILED",
                "message": "" if passed else f"{name} refused the credentials. Please re-authorize.",
            },
        ]
    return {**connection(source, state, now), "setup_tests": tests}


def schema_config(source: Source, state: ConnectionState) -> Json:
    """…/connection-schema/connection-schema-config: only those columns whose setting was ever changed are listed."""
    tables = {
        name: _table(layout, is_synced(source, state, name), state.columns.get(name, {}))
        for name, layout in source.layouts.items()
    }
    schema = source.connector.schema
    return {
        "enable_new_by_default": state.schema_change_handling == "ALLOW_ALL",
        "schema_change_handling": state.schema_change_handling,
        "schemas": {schema: {"name_in_destination": schema, "enabled": True, "tables": tables}},
    }


def columns_config(layout: Layout, state: ConnectionState) -> Json:
    """…/connection-schema/connection-column-config: all columns of a table at the source."""
    chosen = state.columns.get(layout.name, {})
    return {"columns": {name: _column(layout, name, chosen.get(name, True)) for name in layout.schema.names}}


def _table(layout: Layout, enabled: bool, chosen: Mapping[str, bool]) -> Json:
    return {
        "name_in_destination": layout.name,
        "enabled": enabled,
        "enabled_patch_settings": {"allowed": True},
        "supports_columns_config": True,
        "columns": {
            name: _column(layout, name, on) for name, on in chosen.items() if name in layout.schema.names
        },
    }


def _column(layout: Layout, name: str, enabled: bool) -> Json:
    is_key = name in layout.primary_key
    settings = {"allowed": True}
    if is_key:
        settings = {
            "allowed": False,
            "reason_code": "SYSTEM_COLUMN",
            "reason": "The column does not support exclusion as it is a Primary Key",
        }
    return {
        "name_in_destination": name,
        "enabled": enabled,
        "hashed": False,
        "enabled_patch_settings": settings,
        "is_primary_key": is_key,
    }


def _status(state: ConnectionState, now: datetime) -> Json:
    tasks: list[Json] = []
    if state.setup_state == "broken":
        details = "The source refused the credentials."
        tasks.append({"code": "reconnect", "message": "Reconnect", "details": details})
    if state.failure is not None:
        tasks.append({"code": "sync_failed", "message": state.failure, "details": ""})
    put_off = state.is_put_off(now)
    return {
        "setup_state": state.setup_state,
        "schema_status": "ready" if state.has_schema_config else "waiting",
        "sync_state": state.sync_state(now),
        "update_state": "delayed" if put_off else "on_schedule",
        "is_historical_sync": state.is_historical_sync,
        "tasks": tasks,
        "warnings": [],
        **({"rescheduled_for": state.rescheduled_for} if put_off else {}),
    }
