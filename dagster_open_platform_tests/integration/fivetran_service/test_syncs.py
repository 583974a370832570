"""What a sync leaves in the destination, and the states of a connection on the way."""

import datetime as dt
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_tests.fixtures.fivetran import (
    CRM,
    CRM_TABLES,
    SHEET,
    TODAY,
    FivetranServer,
    crm_rows,
    fivetran_server,
    made_up,
    wide_source,
)

ONE = f"/v1/connections/{CRM}"


def of_source(server: FivetranServer, table: str) -> dict[Any, dict[str, Any]]:
    """The rows that the source has today, by id."""
    rows = crm_rows(server.settings, server.today)[table]
    return {row["id"]: row for row in rows}


def loaded(server: FivetranServer, table: str) -> dict[Any, dict[str, Any]]:
    """The rows of the destination that are not marked as deleted, by id, without Fivetran's own columns."""
    rows = [row for row in server.rows(f"crm.{table}") if not row.get("_fivetran_deleted")]
    return {
        row["id"]: {name: value for name, value in row.items() if not name.startswith("_fivetran")}
        for row in rows
    }


def status(server: FivetranServer) -> dict[str, Any]:
    return server.details(CRM)["status"]


def moments(server: FivetranServer) -> tuple[dt.datetime | None, dt.datetime | None]:
    """When the connection succeeded and failed."""
    found = server.details(CRM)
    return tuple(
        found[name] and dt.datetime.fromisoformat(found[name]) for name in ("succeeded_at", "failed_at")
    )  # pyright: ignore[reportReturnType]  # two names


def test_days_follow_each_other(fivetran: FivetranServer) -> None:
    before: dt.datetime | None = None
    seen: dict[str, dict[str, Any]] = {}
    for _ in range(3):
        details = fivetran.sync(CRM)
        assert details["failed_at"] is None
        assert details["status"]["is_historical_sync"] is False
        succeeded = dt.datetime.fromisoformat(details["succeeded_at"])
        assert before is None or succeeded > before
        for table in ("account", "contact", "setting"):
            assert loaded(fivetran, table) == of_source(fivetran, table)
        gone = {row["id"] for row in fivetran.rows("crm.account") if row["_fivetran_deleted"]}
        seen |= of_source(fivetran, "account")
        assert gone == {*seen} - {*of_source(fivetran, "account")}
        assert fivetran.rows("crm.task") == []
        fivetran.advance()
        before = succeeded


def test_a_sync_of_the_same_day_changes_nothing(fivetran: FivetranServer) -> None:
    first = fivetran.sync(CRM)
    tables = {table: fivetran.rows(f"crm.{table}") for table in CRM_TABLES}
    second = fivetran.sync(CRM)
    assert second["succeeded_at"] > first["succeeded_at"]
    assert {table: fivetran.rows(f"crm.{table}") for table in CRM_TABLES} == tables


def test_a_resync_writes_the_rows_of_its_tables_again(fivetran: FivetranServer) -> None:
    fivetran.sync(CRM)

    def written() -> dict[str, set[dt.datetime]]:
        return {
            table: {row["_fivetran_synced"] for row in fivetran.rows(f"crm.{table}")} for table in CRM_TABLES
        }

    before = written()
    for path, body in (
        ("resync", {"scope": {"crm": ["account"]}}),
        ("schemas/tables/resync", {"crm": ["account"]}),
    ):
        fivetran.data("POST", f"{ONE}/{path}", json=body)
        fivetran.wait(CRM)
        after = written()
        assert [table for table in CRM_TABLES if after[table] != before[table]] == ["account"]
        before = after
    fivetran.data("POST", f"{ONE}/resync", json={})
    assert fivetran.wait(CRM)["status"]["is_historical_sync"] is False
    after = written()
    assert [table for table in CRM_TABLES if after[table] == before[table]] == ["task"]  # it has no rows


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"scope": {"other": ["account"]}}, (404, "NotFound_Schema")),
        ({"scope": {"crm": ["other"]}}, (404, "NotFound_Table")),
        ({"scope": {"crm": []}}, (400, "InvalidInput")),
        ({"scope": "all"}, (400, "InvalidInput")),
    ],
)
def test_a_resync_of_what_is_not_there(
    fivetran: FivetranServer, body: dict[str, Any], code: tuple[int, str]
) -> None:
    answer = fivetran.call("POST", f"{ONE}/resync", json=body)
    assert (answer.status_code, answer.json()["code"]) == code
    assert status(fivetran)["sync_state"] == "scheduled"


@pytest.mark.parametrize(
    ("changes", "sync_state"),
    [
        ({"paused": True}, "paused"),
        ({"setup_state": "broken"}, "scheduled"),
        ({"setup_state": "incomplete"}, "scheduled"),
    ],
)
def test_a_connection_that_cannot_sync_says_so(
    fivetran: FivetranServer, changes: dict[str, Any], sync_state: str
) -> None:
    fivetran.control(CRM, **changes)
    for path in ("sync", "force", "resync"):
        answer = fivetran.call("POST", f"{ONE}/{path}", json={})
        assert (answer.status_code, answer.json()["code"]) == (409, "Conflict")
    assert status(fivetran)["sync_state"] == sync_state
    assert moments(fivetran) == (None, None)


def test_a_deleted_connection_is_gone_and_its_tables_stay(fivetran: FivetranServer) -> None:
    fivetran.sync(CRM)
    fivetran.data("DELETE", ONE)
    for method, path in (("GET", ONE), ("POST", f"{ONE}/sync"), ("GET", f"{ONE}/schemas"), ("DELETE", ONE)):
        answer = fivetran.call(method, path)
        assert (answer.status_code, answer.json()["code"]) == (404, "NotFound_Connection")
    listed = fivetran.data("GET", "/v1/groups/broken_anchorage/connections")["items"]
    assert [each["id"] for each in listed] == [SHEET]
    assert loaded(fivetran, "account") == of_source(fivetran, "account")
    fivetran.control(CRM, deleted=False)
    assert fivetran.sync(CRM)["failed_at"] is None


def test_a_connection_that_is_put_off_syncs_only_when_its_time_has_come(fivetran: FivetranServer) -> None:
    fivetran.sync(CRM)
    before = moments(fivetran)
    fivetran.control(CRM, rescheduled_seconds=3600)
    fivetran.advance()
    put_off = fivetran.sync(CRM)
    assert put_off["status"]["sync_state"] == "rescheduled"
    assert put_off["status"]["update_state"] == "delayed"
    assert dt.datetime.fromisoformat(put_off["status"]["rescheduled_for"]) > dt.datetime.now(dt.UTC)
    assert moments(fivetran) == before
    assert loaded(fivetran, "account") != of_source(fivetran, "account")

    fivetran.control(CRM, rescheduled_seconds=0)
    assert "rescheduled_for" not in status(fivetran)
    assert fivetran.sync(CRM)["status"]["sync_state"] == "scheduled"
    assert loaded(fivetran, "account") == of_source(fivetran, "account")


def test_a_sync_may_be_put_off_when_it_has_begun(fivetran: FivetranServer) -> None:
    fivetran.control(CRM, next_sync_rescheduled_seconds=3600)
    assert fivetran.sync(CRM)["status"]["sync_state"] == "rescheduled"
    assert moments(fivetran) == (None, None)
    fivetran.control(CRM, rescheduled_seconds=0)
    assert fivetran.sync(CRM)["succeeded_at"] is not None


def test_a_sync_that_fails_says_why_and_leaves_nothing(fivetran: FivetranServer) -> None:
    fivetran.control(CRM, next_sync_fails="The API quota of Salesforce is used up.")
    failed = fivetran.sync(CRM)
    assert (failed["succeeded_at"], failed["failed_at"] is None) == (None, False)
    assert [task["message"] for task in failed["status"]["tasks"]] == [
        "The API quota of Salesforce is used up."
    ]
    succeeded = fivetran.sync(CRM)
    assert succeeded["succeeded_at"] > succeeded["failed_at"]
    assert succeeded["status"]["tasks"] == []


def broken(_settings: CompanySettings, _today: dt.date) -> Mapping[str, list[dict[str, Any]]]:
    raise RuntimeError("the source is away")


@pytest.mark.parametrize(
    ("tables", "rows", "reason"),
    [
        (CRM_TABLES, broken, "the source is away"),
        (
            {"account": {"id": "STRING pk"}},
            lambda _settings, _today: {"account": [{"id": "1"}] * 2},
            "two rows",
        ),
    ],
)
def test_a_source_that_fails_makes_its_sync_fail(
    fivetran: FivetranServer, tables: Any, rows: Any, reason: str
) -> None:
    fivetran.account.sources[CRM] = made_up(CRM, "crm", tables, rows)
    failed = fivetran.sync(CRM)
    assert failed["failed_at"] is not None
    assert reason in failed["status"]["tasks"][0]["message"]
    assert fivetran.sync(SHEET)["failed_at"] is None


def test_a_historical_sync_is_joined_and_not_begun_twice(fivetran: FivetranServer) -> None:
    fivetran.sync(CRM)
    before = moments(fivetran)
    fivetran.control(CRM, historical_seconds=3600)
    fivetran.data("POST", f"{ONE}/sync", json={"force": False})
    assert (status(fivetran)["sync_state"], status(fivetran)["is_historical_sync"]) == ("syncing", True)
    for path in ("resync", "schemas/tables/resync"):
        answer = fivetran.call("POST", f"{ONE}/{path}", json={"crm": ["account"]} if "tables" in path else {})
        assert (answer.status_code, answer.json()["code"]) == (409, "Conflict")
    assert moments(fivetran) == before
    # The others are not held up by it.
    assert fivetran.sync(SHEET)["succeeded_at"] is not None

    fivetran.control(CRM, historical_seconds=0)
    after = fivetran.wait(CRM)
    assert (after["status"]["sync_state"], after["status"]["is_historical_sync"]) == ("scheduled", False)
    assert moments(fivetran) != before


def test_a_forced_sync_takes_the_place_of_the_one_that_runs(fivetran: FivetranServer) -> None:
    fivetran.control(CRM, sync_seconds=3600)
    fivetran.data("POST", f"{ONE}/sync", json={})
    assert status(fivetran)["sync_state"] == "syncing"
    fivetran.control(CRM, sync_seconds=0)
    fivetran.data("POST", f"{ONE}/sync", json={"force": True})
    assert fivetran.wait(CRM)["succeeded_at"] is not None


@pytest.mark.parametrize("changes", [{"paused": True}, {"setup_state": "broken"}, {"deleted": True}])
def test_what_ends_a_connection_ends_its_sync(fivetran: FivetranServer, changes: dict[str, Any]) -> None:
    fivetran.control(CRM, sync_seconds=3600)
    fivetran.data("POST", f"{ONE}/sync", json={})
    fivetran.control(CRM, **changes)
    fivetran.control(CRM, paused=False, setup_state="connected", deleted=False, sync_seconds=0)
    assert status(fivetran)["sync_state"] == "scheduled"
    assert moments(fivetran) == (None, None)
    assert fivetran.sync(CRM)["succeeded_at"] is not None


def test_a_sync_that_was_stopped_says_nothing_more(fivetran: FivetranServer) -> None:
    begun, released = threading.Event(), threading.Event()

    def rows(_settings: CompanySettings, _today: dt.date) -> Mapping[str, list[dict[str, Any]]]:
        begun.set()
        assert released.wait(30)
        raise RuntimeError("the source is away")

    fivetran.account.sources[CRM] = made_up(CRM, "crm", CRM_TABLES, rows)
    fivetran.data("POST", f"{ONE}/sync", json={})
    assert begun.wait(30)
    (thread,) = [each for each in threading.enumerate() if each.name == f"sync-{CRM}"]
    fivetran.control(CRM, paused=True)
    released.set()
    thread.join(30)
    assert not thread.is_alive()
    assert moments(fivetran) == (None, None)
    assert status(fivetran)["tasks"] == []


def test_syncs_asked_for_at_once_are_one(fivetran: FivetranServer) -> None:
    begun = threading.Semaphore(0)
    counted = []

    def rows(settings: CompanySettings, today: dt.date) -> Mapping[str, list[dict[str, Any]]]:
        counted.append(today)
        assert begun.acquire(timeout=30)
        return crm_rows(settings, today)

    fivetran.account.sources[CRM] = made_up(CRM, "crm", CRM_TABLES, rows)
    for _ in range(5):
        fivetran.data("POST", f"{ONE}/sync", json={})
    begun.release()
    fivetran.wait(CRM)
    assert counted == [TODAY]


def test_what_is_not_enabled_is_not_loaded(fivetran: FivetranServer) -> None:
    tables = {"contact": {"enabled": False}, "account": {"columns": {"annual_revenue": {"enabled": False}}}}
    fivetran.data("PATCH", f"{ONE}/schemas", json={"schemas": {"crm": {"tables": tables}}})
    fivetran.sync(CRM)
    assert {"annual_revenue"} == {*CRM_TABLES["account"]} - {*fivetran.rows("crm.account")[0]}
    with pytest.raises(Exception, match="contact does not exist"):
        fivetran.rows("crm.contact")
    fivetran.data("PATCH", f"{ONE}/schemas/crm/tables/contact", json={"enabled": True})
    fivetran.sync(CRM)
    assert loaded(fivetran, "contact") == of_source(fivetran, "contact")


def test_another_server_goes_on_where_the_one_before_ended(tmp_path: Path) -> None:
    with fivetran_server(tmp_path) as server:
        first = server.sync(CRM)
        server.control(CRM, sync_seconds=3600)
        server.data("POST", f"{ONE}/sync", json={})
    with fivetran_server(tmp_path) as server:
        interrupted = server.details(CRM)
        assert interrupted["succeeded_at"] == first["succeeded_at"]
        assert interrupted["failed_at"] > first["succeeded_at"]
        assert "interrupted" in interrupted["status"]["tasks"][0]["message"]
        server.control(CRM, sync_seconds=0)
        assert server.sync(CRM)["status"]["tasks"] == []
        assert loaded(server, "account") == of_source(server, "account")


def test_fifty_tables_are_loaded_whole(tmp_path: Path) -> None:
    source = wide_source(tables=50, rows=100)
    with fivetran_server(tmp_path, {source.connector.id: source}) as server:
        assert server.sync(source.connector.id)["failed_at"] is None
        assert {len(server.rows(f"wide.{table}")) for table in source.layouts} == {100}
