"""The fields of each kind of answer and their types, as Fivetran's OpenAPI definition has them (https://fivetran.com/docs/rest-api/api-reference)."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from dagster_open_platform_tests.fixtures.fivetran import CRM, SHEET
from dagster_open_platform_tests.fixtures.fivetran_in_process import GROUP, ONE, data

OPTIONAL_TEXT = (str, type(None))
ALERT = {"code": str, "message": str, "details": str}
STATUS = {
    "setup_state": {"incomplete", "connected", "broken"},
    "sync_state": {"scheduled", "syncing", "paused", "rescheduled"},
    "update_state": {"on_schedule", "delayed"},
    "schema_status": str,
    "is_historical_sync": bool,
    "tasks": [ALERT],
    "warnings": [ALERT],
}
CONNECTION = {
    "id": str,
    "service": str,
    "schema": str,
    "paused": bool,
    "status": STATUS,
    "daily_sync_time": OPTIONAL_TEXT,
    "succeeded_at": OPTIONAL_TEXT,
    "failed_at": OPTIONAL_TEXT,
    "sync_frequency": {1, 5, 15, 30, 60, 120, 180, 360, 480, 720, 1440},
    "schedule_type": {"auto", "manual"},
    "pause_after_trial": bool,
    "data_delay_threshold": int,
    "data_delay_sensitivity": {"LOW", "NORMAL", "HIGH", "CUSTOM"},
    "group_id": str,
    "connected_by": str,
    "created_at": str,
    "service_version": int,
    "source_sync_details": dict,
}
TEST = {"title": str, "status": {"PASSED", "WARNING", "SKIPPED", "FAILED", "JOB_FAILED"}, "message": str}
PATCH_SETTINGS = {"allowed": bool}
COLUMN = {
    "name_in_destination": str,
    "enabled": bool,
    "hashed": bool,
    "is_primary_key": bool,
    "enabled_patch_settings": PATCH_SETTINGS,
}
TABLE = {
    "name_in_destination": str,
    "enabled": bool,
    "enabled_patch_settings": PATCH_SETTINGS,
    "supports_columns_config": bool,
    "columns": dict,
}
SCHEMA_CONFIG = {
    "enable_new_by_default": bool,
    "schema_change_handling": {"ALLOW_ALL", "ALLOW_COLUMNS", "BLOCK_ALL"},
    "schemas": dict,
}
DESTINATION = {
    "id": str,
    "group_id": str,
    "service": str,
    "region": {"AWS_US_EAST_1", "AWS_US_EAST_2", "AWS_US_WEST_2", "AWS_EU_CENTRAL_1", "GCP_US_EAST4"},
    "time_zone_offset": str,
    "setup_status": {"connected", "incomplete", "broken"},
    "config": dict,
}
GROUP_SHAPE = {"id": str, "name": str, "created_at": str}
STATES: dict[str, dict[str, Any]] = {
    "new": {},
    "paused": {"paused": True},
    "broken": {"setup_state": "broken"},
    "put off": {"rescheduled_seconds": 60},
    "never looked at": {"has_schema_config": False},
}


def misfits(value: Any, shape: Any, where: str = "") -> list[str]:
    """Where a value is not of a shape: a type, types, a set of values, a list of a shape, or shapes by field."""
    if isinstance(shape, Mapping):
        if not isinstance(value, dict):
            return [f"{where}: {value!r}"]
        missing = [f"{where}.{name}: missing" for name in shape if name not in value]
        return missing + [
            found
            for name in shape
            if name in value
            for found in misfits(value[name], shape[name], f"{where}.{name}")
        ]
    if isinstance(shape, list):
        return [found for each in value for found in misfits(each, shape[0], f"{where}[]")]
    fits = value in shape if isinstance(shape, set) else isinstance(value, shape)
    return [] if fits else [f"{where}: {value!r}"]


@pytest.mark.parametrize("state", STATES)
def test_a_connection_in_every_state(client: httpx.Client, state: str) -> None:
    client.put(f"/_control/connections/{CRM}", json=STATES[state])
    for connection_id in (CRM, SHEET):
        found = data(client.get(f"/v1/connections/{connection_id}"))
        assert misfits(found, {**CONNECTION, "config": dict}) == []
    listed = data(client.get(f"/v1/groups/{GROUP}/connections"))
    assert misfits(listed, {"items": [CONNECTION]}) == []
    tested = data(client.post(f"{ONE}/test"))
    assert misfits(tested, {**CONNECTION, "setup_tests": [TEST]}) == []
    # As documented, these run unless the call says otherwise.
    assert misfits(data(client.patch(ONE, json={})), {**CONNECTION, "setup_tests": [TEST]}) == []
    assert "setup_tests" not in data(client.patch(ONE, json={"run_setup_tests": False}))


def test_a_schema_config(client: httpx.Client) -> None:
    client.patch(f"{ONE}/schemas/crm/tables/account", json={"columns": {"name": {"enabled": False}}})
    found = data(client.get(f"{ONE}/schemas"))
    assert misfits(found, SCHEMA_CONFIG) == []
    (schema,) = found["schemas"].values()
    assert misfits(schema, {"name_in_destination": str, "enabled": bool, "tables": dict}) == []
    for table in schema["tables"].values():
        assert misfits(table, TABLE) == []
        assert [
            misfits(column, COLUMN) for column in table["columns"].values() if misfits(column, COLUMN)
        ] == []
    columns = data(client.get(f"{ONE}/schemas/crm/tables/account/columns"))["columns"]
    assert [misfits(column, COLUMN) for column in columns.values()] == [[]] * len(columns)


def test_a_group_and_its_destination(client: httpx.Client) -> None:
    assert misfits(data(client.get("/v1/groups")), {"items": [GROUP_SHAPE]}) == []
    assert misfits(data(client.get(f"/v1/destinations/{GROUP}")), DESTINATION) == []


def test_a_misfit_is_seen() -> None:
    assert misfits({"id": 1, "name": "x"}, GROUP_SHAPE) == [".created_at: missing", ".id: 1"]
    assert misfits([{"title": "t", "status": "odd", "message": ""}], [TEST]) == ["[].status: 'odd'"]
