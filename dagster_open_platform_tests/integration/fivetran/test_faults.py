"""Every fault of the fault plan, and every path that the platform asks: a typed failure, whole tables, and a next time that repairs."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.lib.fivetran.monitoring import SETUP_TESTS_JOB
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform_tests.fixtures.fivetran import CRM, CRM_TABLES, FivetranServer, fivetran_server
from dagster_open_platform_tests.fixtures.fivetran_platform import (
    FivetranPlatform,
    failure_of,
    for_server,
    materialized,
)

TABLES = {f"crm.{name}" for name in CRM_TABLES}

FAULTS: Mapping[str, tuple[dict[str, Any], str]] = {
    "400": ({"status": 400}, "RequestRejected"),
    "401": ({"status": 401}, "Unauthorized"),
    "403": ({"status": 403}, "Forbidden"),
    "404": ({"status": 404}, "NotFound"),
    "429": ({"status": 429, "headers": {"Retry-After": "0"}}, "RateLimited"),
    "429 for an hour": ({"status": 429, "headers": {"Retry-After": "3600"}}, "RateLimited"),
    "500": ({"status": 500}, "ServerError"),
    "503 in HTML": (
        {"status": 503, "payload": "<html>", "headers": {"content-type": "text/html"}},
        "ServerError",
    ),
    "dropped": ({"drop": True}, "ConnectionDropped"),
    "half a body": ({"malformed": True}, "MalformedResponse"),
    "not the envelope": ({"payload": "[]"}, "MalformedResponse"),
    "another shape": ({"payload": '{"code": "Success", "data": {"items": 1}}'}, "UnexpectedAnswer"),
    "a failure with 200": ({"payload": '{"code": "InternalError", "message": "Oh no"}'}, "RequestRejected"),
}
PASSING = ("429", "500", "503 in HTML", "dropped", "half a body")
"""Faults after which the same call is sent again."""
ONE = f"connections/{CRM}"
SYNC_PATHS = (f"{ONE}$", f"{ONE}/sync$", f"{ONE}/schemas$")
ON_EVERY_PATH = ("404", "another shape")
"""Faults that mean something else on each path. Others are told by the client, whatever was asked, and meet one path each."""


def shared_out(names: Iterable[str], path: str, paths: Sequence[str]) -> list[str]:
    """The faults that a path gets: in turn, so that none is without a path and no path without faults."""
    place = paths.index(path)
    return [
        name for number, name in enumerate(names) if name in ON_EVERY_PATH or number % len(paths) == place
    ]


def state_of(fivetran: FivetranServer) -> dict[str, list[dict[str, Any]]]:
    return fivetran.tables("crm", CRM_TABLES)


@pytest.fixture
def synced(fivetran: FivetranServer) -> FivetranServer:
    fivetran.sync(CRM)
    return fivetran


@pytest.mark.parametrize("path", SYNC_PATHS)
def test_a_sync_in_spite_of_faults(
    path: str, synced: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    for name in shared_out(FAULTS, path, SYNC_PATHS):
        fault, kind = FAULTS[name]
        if name == "another shape" and path.endswith("/sync$"):
            continue  # nothing of that answer is used
        before = state_of(synced)
        synced.advance()
        synced.misbehave({"path": path, **fault})
        found, text = failure_of(result := platform.run("crm", instance))
        # A connector that is not found was deleted; a Fivetran that is not understood is told in its own words.
        expected = {kind, *({"ConnectorDeleted"} if name == "404" else ())}
        assert found in expected, (name, text)
        assert synced.faults()[0]["fired"] > 0
        assert materialized(result) == {}, name
        assert synced.account.wait(CRM, 30)
        after = state_of(synced)
        synced.misbehave()
        # What failed may have been the answer alone; then Fivetran has synced, and the next run says so.
        assert materialized(platform.run("crm", instance)).keys() == TABLES, name
        assert after in (before, state_of(synced)), name


@pytest.mark.parametrize("path", SYNC_PATHS)
def test_a_fault_that_passes_is_not_noticed(
    path: str, synced: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    for name in shared_out(PASSING, path, SYNC_PATHS):
        synced.advance()
        synced.misbehave({"path": path, "calls": [1], **FAULTS[name][0]})
        result = platform.run("crm", instance)
        assert result.success, (name, failure_of(result))
        assert materialized(result).keys() == TABLES
        assert synced.faults()[0]["fired"] == 1


def test_a_sync_that_is_lost_sight_of_is_found_again(
    synced: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    synced.advance()
    synced.control(CRM, sync_seconds=1.5)
    synced.misbehave({"path": f"{ONE}$", "calls": [2, 3], "status": 502})
    result = platform.run("crm", instance)
    assert failure_of(result)[0] == "ServerError"
    assert materialized(result) == {}
    synced.misbehave()
    again = materialized(platform.run("crm", instance))
    assert again.keys() == TABLES
    assert all(metadata["sync_joined"] for metadata in again.values())


REFRESH_PATHS = (
    "groups$",
    "groups/[^/]+/connections$",
    "destinations/",
    f"{ONE}/schemas$",
    f"{ONE}/.*/columns$",
)
# An account may hide the columns of a table, or a connector that has not looked at its source.
NOT_FOUND_IS_FINE = (f"{ONE}/schemas$", f"{ONE}/.*/columns$")


@pytest.mark.parametrize("path", REFRESH_PATHS)
def test_a_state_is_fetched_whole_or_not_at_all(
    path: str, fivetran: FivetranServer, platform: FivetranPlatform
) -> None:
    for name in shared_out(FAULTS, path, REFRESH_PATHS):
        fault, kind = FAULTS[name]
        if name == "404" and path in NOT_FOUND_IS_FINE:
            continue
        fivetran.misbehave({"path": path, **fault})
        assert kind_of_failure(platform.refreshed) == kind, name
        assert fivetran.faults()[0]["fired"] > 0
    for name in shared_out(PASSING, path, REFRESH_PATHS):
        fivetran.misbehave({"path": path, "calls": [1], **FAULTS[name][0]})
        assert platform.refreshed() == platform


def kind_of_failure(call: Callable[[], object]) -> str:
    with pytest.raises((PermanentFailure, RetryableFailure)) as caught:
        call()
    return caught.type.__name__


def test_setup_tests_report_each_connection_that_could_not_be_tested(
    fivetran: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    with platform.definitions() as defs:
        job = defs.resolve_job_def(SETUP_TESTS_JOB)
    for name, (fault, _) in FAULTS.items():
        fivetran.misbehave({"path": f"{ONE}/test$", **fault})
        kind, text = failure_of(job.execute_in_process(instance=instance, raise_on_error=False))
        assert kind == "SetupTestsFailed", name
        assert "1 of 2 connections do not work" in text, name
        assert "crm: could not be tested" in text, name


def test_a_slow_answer_is_waited_for(
    synced: FivetranServer, platform: FivetranPlatform, instance: dg.DagsterInstance
) -> None:
    synced.misbehave({"path": CRM, "delay_seconds": 0.3})
    assert materialized(platform.run("crm", instance)).keys() == TABLES


def test_a_server_that_is_not_there(
    fivetran: FivetranServer,
    platform: FivetranPlatform,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FIVETRAN_API_URL", "http://127.0.0.1:9/fivetran")
    assert failure_of(platform.run("crm", instance))[0] == "ConnectionDropped"
    assert kind_of_failure(platform.refreshed) == "ConnectionDropped"
    monkeypatch.setenv("FIVETRAN_API_URL", "http://api.fivetran.com")
    assert failure_of(platform.run("crm", instance))[0] == "InvalidRequest"
    monkeypatch.setenv("FIVETRAN_API_URL", fivetran.url)
    for variable in ("FIVETRAN_API_KEY", "FIVETRAN_API_SECRET"):
        monkeypatch.setenv(variable, "")
        kind, text = failure_of(platform.run("crm", instance))
        assert (kind, variable in text) == ("MissingCredentials", True)
        monkeypatch.setenv(variable, "wrong-one-0123456789")
        kind, text = failure_of(platform.run("crm", instance))
        assert (kind, "wrong-one" in text) == ("Unauthorized", False)
        monkeypatch.setenv(variable, fivetran.variables[variable])


HOLD = """
import sys
import duckdb

with duckdb.connect(sys.argv[1]):
    print("open", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(file: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process has the file open."""
    command = [sys.executable, "-c", HOLD, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            yield process
        finally:
            process.kill()


def test_a_destination_that_somebody_holds_is_waited_for_and_then_told_of(
    tmp_path: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fivetran_server(tmp_path, patience_seconds=1.5) as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        platform = for_server(server)
        with held(server.warehouse / "fivetran.duckdb"):
            kind, text = failure_of(platform.run("crm", instance))
            assert (kind, "another process has fivetran.duckdb open" in text) == ("SyncFailed", True), text
        with held(server.warehouse / "fivetran.duckdb") as process:
            # It lets go while the sync waits.
            timer = threading.Timer(0.5, process.kill)
            timer.start()
            assert materialized(platform.run("crm", instance)).keys() == TABLES
            timer.join()
