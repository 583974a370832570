"""The rows of Fivetran's log: they tell of the company's connectors, and of the account that the emulated Fivetran serves."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS
from dagster_open_platform_local.company.moments import NEVER
from dagster_open_platform_local.company.warehouse.staff import DOMAIN, members
from dagster_open_platform_local.services.saas.fivetran import credentials, responses
from dagster_open_platform_tests.unit.company_fivetran.made import SETTINGS, TODAY, table, tables_of

NAME = "fivetran_log"
DAYS = (TODAY - SETTINGS.epoch).days


def rows(name: str) -> list[dict[str, Any]]:
    return table(NAME, name)


def syncs() -> dict[str, list[dict[str, Any]]]:
    """The events of each sync in their order."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    order = {"sync_start": 0, "records_modified": 1, "sync_end": 2}
    for row in sorted(rows("log"), key=lambda row: (row["time_stamp"], order[row["message_event"]])):
        found[row["sync_id"]].append(row)
    return found


def status(sync: list[dict[str, Any]]) -> str:
    return json.loads(sync[-1]["message_data"])["status"]


def test_the_account_is_the_one_that_the_api_tells_of() -> None:
    (account,), (destination,) = rows("account"), rows("destination")
    assert account["id"] == credentials.ACCOUNT_ID
    assert (destination["id"], destination["name"]) == (responses.GROUP_ID, responses.GROUP_NAME)
    created = datetime.fromisoformat(responses.CREATED_AT)
    assert created - timedelta(seconds=1) < account["created_at"] <= created
    user = responses.account()["user_id"]
    assert {row["connecting_user_id"] for row in rows("connection")} == {user}
    assert user in {row["id"] for row in rows("user")}


def test_there_is_a_connection_for_each_connector_and_a_table_for_each_of_its() -> None:
    found = {row["connection_id"]: row for row in rows("connection")}
    assert found.keys() == {connector.id for connector in CONNECTORS}
    types = {row["id"] for row in rows("connector_type")}
    made: dict[str, set[str]] = defaultdict(set)
    schemas = {row["id"]: row["name"] for row in rows("destination_schema")}
    for row in rows("destination_table"):
        made[row["connection_id"]].add(f"{schemas[row['schema_id']]}.{row['name']}")
    for connector in CONNECTORS:
        row = found[connector.id]
        assert (row["connection_name"], row["connector_type_id"]) == (connector.name, connector.service)
        assert row["connector_type_id"] in types
        tables = tables_of(connector).keys() - connector.disabled
        assert made[connector.id] == {f"{connector.schema}.{name}" for name in tables}


def test_every_sync_begins_ends_and_changes_tables_in_between() -> None:
    for events in syncs().values():
        kinds = [row["message_event"] for row in events]
        assert kinds[0] == "sync_start"
        assert kinds[-1] == "sync_end"
        assert set(kinds[1:-1]) <= {"records_modified"}
        assert len({row["connection_id"] for row in events}) == 1
        assert status(events) == "SUCCESSFUL" or len(kinds) == 2
        assert (events[-1]["event"] == "INFO") == (status(events) == "SUCCESSFUL")


def test_every_connection_syncs_daily_and_again_after_a_failure() -> None:
    good: dict[str, list[datetime]] = defaultdict(list)
    bad: list[tuple[str, datetime]] = []
    for events in syncs().values():
        connection, ended = events[-1]["connection_id"], events[-1]["time_stamp"]
        if status(events) == "SUCCESSFUL":
            good[connection].append(ended)
        else:
            bad.append((connection, ended))
    assert bad
    assert all(len({moment.date() for moment in ends}) == len(ends) == DAYS for ends in good.values())
    for connection, moment in bad:
        assert any(moment < ended < moment + timedelta(hours=2) for ended in good[connection])


def test_active_rows_are_some_of_those_that_were_written() -> None:
    names = {connector.id: connector.name for connector in CONNECTORS}
    written: dict[Any, int] = {}
    for row in rows("log"):
        if row["message_event"] == "records_modified":
            data = json.loads(row["message_data"])
            key = row["time_stamp"].date(), names[row["connection_id"]], data["schema"], data["table"]
            assert key not in written
            written[key] = data["count"]
    measured = rows("incremental_mar")
    assert 0.5 * len(written) < len(measured) <= len(written)
    for row in measured:
        key = row["measured_date"], row["connection_name"], row["schema_name"], row["table_name"]
        assert 0 < row["incremental_rows"] <= written[key]
        assert (row["free_type"] == "PAID") == (row["connection_name"] != NAME)


def test_a_month_is_paid_in_credits_or_in_dollars() -> None:
    rows_of: dict[str, int] = defaultdict(int)
    for row in rows("incremental_mar"):
        if row["free_type"] == "PAID":
            rows_of[f"{row['measured_date']:%Y-%m}"] += row["incremental_rows"]
    in_credits = {row["measured_month"]: row["credits_consumed"] for row in rows("credits_used")}
    in_dollars = {row["measured_month"]: row["amount"] for row in rows("usage_cost")}
    assert sorted([*in_credits, *in_dollars]) == sorted(rows_of)
    assert max(in_credits) < min(in_dollars)
    for month, amount in in_dollars.items():
        assert abs(amount - Decimal(rows_of[month]) / 2_000) < Decimal("0.01")


def test_users_are_of_the_data_team_and_those_who_left_are_only_in_the_audit_trail() -> None:
    users = {row["id"] for row in rows("user")}
    for today in (SETTINGS.epoch, TODAY):
        there = {each.email for each in members(SETTINGS, today) if each.left >= NEVER}
        assert {row["email"] for row in table(NAME, "user", today)} <= there
    assert {row["id"] for row in table(NAME, "user", SETTINGS.epoch)} - users
    assert all(row["email"].endswith(f"@{DOMAIN}") for row in rows("user"))
    assert {row["user_id"] for row in rows("team_membership")} <= users
    assert {row["user_id"] for row in rows("resource_membership")} == users
    roles = {row["id"] for row in rows("role")}
    assert {row["role_id"] for row in rows("role_permission")} == roles
    assert {row["role_id"] for row in rows("resource_membership")} <= roles
    resources = {connector.id for connector in CONNECTORS} | {responses.GROUP_ID}
    trail = rows("audit_trail")
    assert {row["primary_resource_id"] for row in trail} <= resources
    assert all(row["captured_at"] < datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC) for row in trail)
