"""The platform against the emulated GitHub as it runs for everybody: its own process, real sockets, real runs."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import pytest

from dagster_open_platform.defs.github.py.assets import TABLES
from dagster_open_platform.lib.warehouse import duckdb_warehouse
from dagster_open_platform_local.company.github import load
from dagster_open_platform_tests.fixtures.github import SWEEP_DAY, TOKEN, expected_rows, ordered, window
from dagster_open_platform_tests.fixtures.github_service import (
    SERVICE,
    GitHubService,
    free_port,
    github_service,
    running_service,
    vendor_variables,
    write_github,
)
from dagster_open_platform_tests.integration.github import run_ingest as runner
from dagster_open_platform_tests.integration.github.run_ingest import run_ingest

__all__ = ["github_service"]  # a fixture

FIRST, LAST = "2026-09-14", "2026-09-16"
DAYS = window(dt.date(2026, 9, 14), 3)
PATIENCE_SECONDS = 60.0


@pytest.fixture(autouse=True)
def _reach_the_service(github_service: GitHubService, monkeypatch: pytest.MonkeyPatch) -> None:
    github_service.fail()
    monkeypatch.setenv("GITHUB_API_URL", github_service.api_url)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)


def rows_in(directory: Path) -> dict[str, list[dict[str, Any]]]:
    warehouse = duckdb_warehouse(directory, {"purina": "purina"})
    found = {}
    with warehouse.connect() as connection:
        for name in TABLES:
            table = warehouse.table("purina", "github", name)
            if connection.columns(table) is not None:
                rows = connection.query(f"SELECT * FROM {connection.quoted(table)}")  # noqa: S608
                found[name] = ordered(rows.to_pylist())
    return found


def test_every_row_lands_although_a_day_exceeds_the_search_cap_and_again_changes_nothing(
    github_service: GitHubService, tmp_path: Path
) -> None:
    state = load(github_service.company)
    result = run_ingest(tmp_path, FIRST, LAST)
    first = rows_in(tmp_path)

    of_sweep = expected_rows(state, window(SWEEP_DAY))["issues"]
    assert len([row for row in of_sweep if row["repository"] == "dagster-io/dagster"]) > 1000
    metadata = result.get_asset_materialization_events()[0].materialization.metadata
    assert int(str(metadata["windows_split"].value)) > 0
    assert first == expected_rows(state, DAYS)

    assert run_ingest(tmp_path, FIRST, LAST).success
    assert rows_in(tmp_path) == first


def test_killed_between_pages_nothing_is_lost(github_service: GitHubService, tmp_path: Path) -> None:
    github_service.fail({"path": "graphql", "calls": [6], "delay_seconds": 120})
    command = [sys.executable, str(Path(runner.__file__)), str(tmp_path), FIRST, LAST]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while github_service.calls() < 6:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=20)
    assert rows_in(tmp_path) == {}

    github_service.fail()
    assert run_ingest(tmp_path, FIRST, LAST).success
    assert rows_in(tmp_path) == expected_rows(load(github_service.company), DAYS)


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "401": ({"status": 401}, "Unauthorized"),
    "401 that shows the token": (
        {"status": 401, "payload": f'{{"message": "unknown: {TOKEN}"}}'},
        "Unauthorized",
    ),
    "403": ({"status": 403}, "Forbidden"),
    "403 with Retry-After": ({"status": 403, "headers": {"Retry-After": "7"}}, "RateLimited"),
    "404": ({"status": 404}, "NotFound"),
    "429": ({"status": 429}, "RateLimited"),
    "500 that shows the token": ({"status": 500, "payload": f"Authorization: Bearer {TOKEN}"}, "ServerError"),
    "dropped": ({"drop": True}, "ConnectionDropped"),
    "malformed": ({"malformed": True}, "MalformedResponse"),
    "malformed that shows the token": ({"payload": f'{{"token": "{TOKEN}"'}, "MalformedResponse"),
    "GraphQL error that shows the token": (
        {"payload": f'{{"errors": [{{"message": "{TOKEN}"}}]}}'},
        "QueryRejected",
    ),
    "rate limit": ({"payload": '{"errors": [{"type": "RATE_LIMITED", "message": "x"}]}'}, "RateLimited"),
    "other shape": ({"payload": '{"data": {"search": []}}'}, "UnexpectedAnswer"),
    "after some pages": ({"status": 502, "calls": [4, 5]}, "ServerError"),
}


def failure_of(result: dg.ExecuteInProcessResult) -> tuple[str, str]:
    """The type and the text of the error that ended a run."""
    (failed,) = [event for event in result.all_events if event.is_step_failure]
    error = failed.step_failure_data.error
    assert error is not None
    return (error.cls_name or "").rpartition(".")[2], error.to_string()


def test_no_fault_writes_a_row_or_shows_the_token_anywhere(
    github_service: GitHubService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("DEBUG")
    warehouse = tmp_path / "warehouse"
    warehouse.mkdir()
    (tmp_path / "dagster_home").mkdir()
    shown = []
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster_home")) as instance:
        assert run_ingest(warehouse, FIRST, FIRST, instance).success
        before = rows_in(warehouse)
        for name, (fault, kind) in FAULTS.items():
            github_service.fail({"path": "graphql", **fault})
            found, text = failure_of(run_ingest(warehouse, LAST, LAST, instance))
            assert found == kind, name
            shown.append(text)
        github_service.fail()
        found, text = failure_of(run_ingest(warehouse, LAST, LAST, instance, token="ghp_wrong"))
        assert (found, "GITHUB_TOKEN" in text) == ("Unauthorized", True)
        monkeypatch.delenv("GITHUB_TOKEN")
        found, text = failure_of(run_ingest(warehouse, LAST, LAST, instance, token=None))
        assert (found, "GITHUB_TOKEN" in text) == ("MissingCredentials", True)
        runs = instance.get_runs()
        # Stored compressed, so that looking into the files does not suffice.
        shown += [repr(run) + repr(instance.get_job_snapshot(run.job_snapshot_id or "")) for run in runs]

    assert rows_in(warehouse) == before
    streams = capfd.readouterr()
    everything = "\n".join([*shown, caplog.text, streams.out, streams.err, github_service.log.read_text()])
    assert TOKEN not in everything
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.suffix == ".duckdb" for path in files)
    assert any(path.suffix == ".db" for path in files)
    assert [path for path in files if TOKEN.encode() in path.read_bytes()] == []


def test_a_company_that_moves_on_is_served_without_a_restart(tmp_path: Path) -> None:
    company = tmp_path / "company"
    query = {"query": '{ search(query: "is:issue", type: ISSUE) { issueCount } }'}
    counts = []
    write_github(company, dt.date(2026, 6, 10), scale=0.1)
    with running_service(company, tmp_path / "service.log") as service:
        for day in (10, 20):
            write_github(company, dt.date(2026, 6, day), scale=0.1)
            answer = httpx.post(
                f"{service.api_url}/graphql",
                json=query,
                headers={"Authorization": f"bearer {TOKEN}"},
                timeout=10,
            )
            counts.append(answer.json()["data"]["search"]["issueCount"])
            assert counts[-1] == load(company).issues.num_rows
    assert counts[0] < counts[1]


def test_the_service_refuses_to_start_without_a_token_or_on_a_taken_port(
    github_service: GitHubService, tmp_path: Path
) -> None:
    def start(port: int, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [
            *(sys.executable, "-m", SERVICE, "--port", str(port)),
            *("--company", str(tmp_path), "--warehouse", str(tmp_path)),
        ]
        environment = dict(os.environ)
        environment |= vendor_variables()
        del environment["GITHUB_EMULATOR_TOKEN"]
        return subprocess.run(
            command, env={**environment, **variables}, capture_output=True, text=True, timeout=60, check=False
        )

    without_token = start(free_port())
    assert without_token.returncode != 0
    assert "GITHUB_EMULATOR_TOKEN" in without_token.stderr
    taken = start(int(github_service.url.rpartition(":")[2]), GITHUB_EMULATOR_TOKEN=TOKEN)
    assert taken.returncode != 0
    assert "address already in use" in taken.stderr
