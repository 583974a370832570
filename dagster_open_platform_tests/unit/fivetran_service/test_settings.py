"""What may be changed of a connection: its settings, its schema config, and what only Fivetran's staff can cause."""

from typing import Any

import httpx
import pytest

from dagster_open_platform_tests.fixtures.fivetran import CRM, CRM_TABLES
from dagster_open_platform_tests.fixtures.fivetran_in_process import (
    ONE,
    data,
    failure,
)


def test_the_schema_config_names_tables_and_those_columns_that_were_changed(client: httpx.Client) -> None:
    config = data(client.get(f"{ONE}/schemas"))
    assert (config["schema_change_handling"], config["enable_new_by_default"]) == ("ALLOW_ALL", True)
    assert {name: each["name_in_destination"] for name, each in config["schemas"].items()} == {"crm": "crm"}
    tables = config["schemas"]["crm"]["tables"]
    assert {name: (each["name_in_destination"], each["enabled"]) for name, each in tables.items()} == {
        name: (name, True) for name in CRM_TABLES
    }
    assert all(each["columns"] == {} for each in tables.values())

    chosen = {"tables": {"task": {"enabled": False}, "account": {"columns": {"name": {"enabled": False}}}}}
    changed = data(client.patch(f"{ONE}/schemas", json={"schemas": {"crm": chosen}}))

    tables = changed["schemas"]["crm"]["tables"]
    assert [name for name, each in tables.items() if not each["enabled"]] == ["task"]
    assert tables["account"]["columns"]["name"]["enabled"] is False
    assert data(client.get(f"{ONE}/schemas")) == changed
    back = data(client.patch(f"{ONE}/schemas/crm/tables/task", json={"enabled": True}))
    assert all(each["enabled"] for each in back["schemas"]["crm"]["tables"].values())


def test_the_columns_of_a_table_are_those_of_the_source(client: httpx.Client) -> None:
    for table, layout in CRM_TABLES.items():
        columns = data(client.get(f"{ONE}/schemas/crm/tables/{table}/columns"))["columns"]
        expected = {
            name: (name, True, text.endswith(" pk"))
            for name, text in layout.items()
            if not name.startswith("_fivetran")
        }
        assert {
            name: (each["name_in_destination"], each["enabled"], each["is_primary_key"])
            for name, each in columns.items()
        } == expected


def test_a_source_that_was_never_looked_at_has_no_schema_config(client: httpx.Client) -> None:
    client.put(f"/_control/connections/{CRM}", json={"has_schema_config": False})
    assert failure(client.get(f"{ONE}/schemas")) == (404, "NotFound_SchemaConfig")
    assert data(client.get(ONE))["status"]["schema_status"] == "waiting"
    reloaded = data(client.post(f"{ONE}/schemas/reload", json={"exclude_mode": "PRESERVE"}))
    assert data(client.get(f"{ONE}/schemas")) == reloaded


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (ONE, {"paused": "yes"}, (400, "InvalidInput")),
        (ONE, {"sync_frequency": 7}, (400, "InvalidInput")),
        (ONE, {"schedule_type": "never"}, (400, "InvalidInput")),
        (ONE, {"daily_sync_time": "25:00"}, (400, "InvalidInput")),
        (ONE, {"shedule_type": "auto"}, (400, "InvalidInput")),
        (f"{ONE}/schemas", {"schema_change_handling": "SOME"}, (400, "InvalidInput")),
        (f"{ONE}/schemas", {"schemas": {"other": {}}}, (404, "NotFound_Schema")),
        (f"{ONE}/schemas", {"schemas": {"crm": {"tables": {"other": {}}}}}, (404, "NotFound_Table")),
        (f"{ONE}/schemas/crm/tables/account", {"columns": {"other": {}}}, (404, "NotFound_Column")),
        (f"{ONE}/schemas/crm/tables/account", {"columns": {"id": {"enabled": False}}}, (400, "InvalidInput")),
    ],
)
def test_a_change_that_is_none_changes_nothing(
    client: httpx.Client, path: str, body: dict[str, Any], expected: tuple[int, str]
) -> None:
    before = data(client.get(ONE)), data(client.get(f"{ONE}/schemas"))
    assert failure(client.patch(path, json=body)) == expected
    assert (data(client.get(ONE)), data(client.get(f"{ONE}/schemas"))) == before


@pytest.mark.parametrize(
    "body",
    [
        {"paused": True},
        {"schedule_type": "auto", "sync_frequency": 60},
        {"sync_frequency": 1440, "daily_sync_time": "14:00"},
    ],
)
def test_a_change_is_kept(client: httpx.Client, body: dict[str, Any]) -> None:
    changed = data(client.patch(ONE, json={**body, "run_setup_tests": False}))
    assert {name: changed[name] for name in body} == body
    assert data(client.get(ONE)) == changed


def test_setup_tests_say_what_is_broken(client: httpx.Client) -> None:
    passed = data(client.post(f"{ONE}/test", json={}))
    assert {each["status"] for each in passed["setup_tests"]} == {"PASSED"}
    client.put(f"/_control/connections/{CRM}", json={"setup_state": "broken"})
    broken = data(client.post(f"{ONE}/test"))
    assert [each["status"] for each in broken["setup_tests"]] == ["PASSED", "FAILED"]
    assert [each["code"] for each in broken["status"]["tasks"]] == ["reconnect"]
    own = [{"title": "Checking the firewall", "status": "JOB_FAILED", "message": "Timed out"}]
    client.put(f"/_control/connections/{CRM}", json={"setup_tests": own})
    assert data(client.post(f"{ONE}/test"))["setup_tests"] == own
    assert data(client.patch(ONE, json={"run_setup_tests": True}))["setup_tests"] == own


def test_the_control_endpoint_refuses_what_it_does_not_know(client: httpx.Client) -> None:
    for body in (
        {"setup_state": "odd"},
        {"historical_seconds": -1},
        {"x": 1},
        {"setup_tests": [{"title": "t"}]},
    ):
        assert failure(client.put(f"/_control/connections/{CRM}", json=body)) == (400, "InvalidInput")
    assert failure(client.put("/_control/connections/nobody", json={})) == (404, "NotFound_Connection")
