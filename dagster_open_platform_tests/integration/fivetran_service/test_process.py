"""The process of the stack: the company's connectors, as `stack/services.py` starts it."""

import contextlib
import datetime as dt
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from dagster_open_platform_local.company.clock import CompanyClock, write_clock
from dagster_open_platform_local.company.fivetran.connectors import CONNECTORS
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.stack.ports import free_port
from dagster_open_platform_local.stack.services import new_vendor_credentials, saas_service
from dagster_open_platform_local.state import LocalState

TODAY = dt.date(2026, 7, 6)
SETTINGS = CompanySettings(scale=0.05)
GITHUB_TOKEN = "ghp_ofTheTests"
PATIENCE_SECONDS = 120.0


@dataclass
class Running:
    """The process, and what the stack tells the platform of it."""

    process: subprocess.Popen[bytes]
    variables: dict[str, str]

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A call of the platform's, by its variables alone."""
        auth = (self.variables["FIVETRAN_API_KEY"], self.variables["FIVETRAN_API_SECRET"])
        url = f"{self.variables['FIVETRAN_API_URL']}{path}"
        return httpx.request(method, url, auth=auth, timeout=30, **options)

    def details(self, connection_id: str) -> dict[str, Any]:
        answer = self.call("GET", f"/v1/connections/{connection_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def control(self, connection_id: str, **changes: Any) -> None:
        url = f"{self.variables['FIVETRAN_API_URL']}/_control/connections/{connection_id}"
        httpx.put(url, json=changes, timeout=30).raise_for_status()

    def sync(self, connection_id: str) -> dict[str, Any]:
        """Trigger a sync and wait for its end."""
        assert self.call("POST", f"/v1/connections/{connection_id}/sync", json={}).status_code == 200
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := self.details(connection_id))["status"]["sync_state"] == "syncing":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return found


@pytest.fixture
def state(tmp_path: Path) -> LocalState:
    found = LocalState(tmp_path)
    found.create()
    write_clock(found.company, CompanyClock(SETTINGS, TODAY))
    return found


@contextmanager
def running(state: LocalState) -> Iterator[Running]:
    """The process for the length of a `with` block."""
    service, port = saas_service(state, new_vendor_credentials()), free_port()
    environment = {**os.environ, **service.secrets}
    with (state.logs / "saas.log").open("a") as log:
        process = subprocess.Popen([*service.command(port)], env=environment, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not service.health(port):
            assert process.poll() is None, (state.logs / "saas.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield Running(process, {**service.provides(port)})
    finally:
        process.terminate()
        process.wait(30)


def tables(state: LocalState) -> set[str]:
    """What is in the destination."""
    path = str(state.warehouse / "fivetran.duckdb")
    with contextlib.closing(duckdb.connect(path, read_only=True)) as connection:
        found = connection.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
    return {name for (name,) in found}


def test_it_serves_the_companys_connectors_and_follows_the_companys_clock(state: LocalState) -> None:
    with running(state) as server:
        assert tables(state) == set()
        listed = server.call("GET", "/v1/groups/broken_anchorage/connections?limit=1000").json()["data"][
            "items"
        ]
        assert [(each["id"], each["service"], each["schema"]) for each in listed] == [
            (each.id, each.service, each.name) for each in CONNECTORS
        ]
        chosen = min(CONNECTORS, key=lambda each: each.sheet is None)
        first = server.sync(chosen.id)
        assert (first["failed_at"], first["status"]["tasks"]) == (None, [])
        assert tables(state)
        write_clock(state.company, CompanyClock(SETTINGS, TODAY + dt.timedelta(days=1)))
        assert server.sync(chosen.id)["succeeded_at"] > first["succeeded_at"]
    files = [path for path in state.root.rglob("*") if path.is_file()]
    assert any(path.name == "fivetran.json" for path in files)
    secret = server.variables["FIVETRAN_API_SECRET"].encode()
    assert [path for path in files if secret in path.read_bytes()] == []


def test_it_ends_soon_though_a_sync_runs_and_another_process_goes_on(state: LocalState) -> None:
    connection_id = CONNECTORS[0].id
    for end in ("terminate", "kill"):
        with running(state) as server:
            server.control(connection_id, sync_seconds=3600)
            assert server.call("POST", f"/v1/connections/{connection_id}/sync", json={}).status_code == 200
            assert server.details(connection_id)["status"]["sync_state"] == "syncing"
            getattr(server.process, end)()
            server.process.wait(30)
        with running(state) as server:
            found = server.details(connection_id)
            assert found["status"]["sync_state"] == "scheduled"
            assert "interrupted" in found["status"]["tasks"][0]["message"]


def test_faults_strike_it_as_they_strike_every_service(state: LocalState) -> None:
    with running(state) as server:
        root = server.variables["FIVETRAN_API_URL"].removesuffix("/fivetran")
        httpx.put(f"{root}/_faults", json=[{"path": "^/fivetran/v1/groups$", "status": 503}], timeout=30)
        assert server.call("GET", "/v1/groups").status_code == 503
        assert server.call("GET", f"/v1/connections/{CONNECTORS[0].id}").status_code == 200
