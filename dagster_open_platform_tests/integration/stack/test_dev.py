"""`dev` as a person uses it: the UI comes up without a load error, runs work in it, and nothing is left of it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from dagster_open_platform_local.stack.health import port_open
from dagster_open_platform_local.stack.ports import free_port
from dagster_open_platform_local.state import LocalState
from dagster_open_platform_tests.integration.stack.test_supervisor import until

LOCATION = {
    "repositoryLocationName": "dagster_open_platform",
    "repositoryName": "__repository__",
}
WORKSPACE = """{workspaceOrError {... on Workspace {locationEntries {
    loadStatus
    locationOrLoadError {
        __typename
        ... on PythonError {message}
        ... on RepositoryLocation {repositories {
            schedules {name} sensors {name} assetNodes {isExecutable}
        }}
    }
}}}}"""
START_SCHEDULE = """mutation($selector: ScheduleSelector!) {startSchedule(scheduleSelector: $selector) {
    ... on ScheduleStateResult {scheduleState {status}} ... on PythonError {message}
}}"""
START_SENSOR = """mutation($selector: SensorSelector!) {startSensor(sensorSelector: $selector) {
    ... on Sensor {sensorState {status}} ... on PythonError {message}
}}"""
LAUNCH = """mutation($params: ExecutionParams!) {launchRun(executionParams: $params) {
    __typename ... on LaunchRunSuccess {run {runId}} ... on PythonError {message}
}}"""
RUN = """query($id: ID!) {runOrError(runId: $id) {... on Run {status}}}"""
DAEMONS = """{instance {daemonHealth {allDaemonStatuses {daemonType required healthy}}}}"""


@dataclass
class RunningUi:
    port: int
    process: "subprocess.Popen[str]"
    state: LocalState

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = httpx.post(
            f"http://127.0.0.1:{self.port}/graphql",
            json={"query": query, "variables": variables},
            timeout=60,
            trust_env=False,
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]


@pytest.fixture
def ui(tmp_path: Path) -> Iterator[RunningUi]:
    state, port = LocalState(tmp_path / "state"), free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "dagster_open_platform_local", "dev", "--port", str(port)],
        env={**os.environ, "DOP_LOCAL_DIR": str(state.root), "COMPANY_SCALE": "0.02"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            if "The Dagster UI" in line:
                break
        else:
            pytest.fail("".join(said))
        yield RunningUi(port, process, state)
        if process.poll() is None:
            process.kill()


def succeeded(ui: RunningUi, run_id: str) -> bool:
    status = ui.ask(RUN, id=run_id)["runOrError"]["status"]
    assert status not in ("FAILURE", "CANCELED"), (ui.state.logs / "code-server.log").read_text()[-5000:]
    return status == "SUCCESS"


def test_the_ui_serves_the_platform_and_runs_what_it_is_told(ui: RunningUi) -> None:
    [entry] = ui.ask(WORKSPACE)["workspaceOrError"]["locationEntries"]
    assert entry["loadStatus"] == "LOADED"
    assert entry["locationOrLoadError"]["__typename"] == "RepositoryLocation", entry
    [repository] = entry["locationOrLoadError"]["repositories"]
    assert any(node["isExecutable"] for node in repository["assetNodes"])

    # A run's process gets the stack's environment: it fetches from a service and writes into the warehouse.
    launched = ui.ask(
        LAUNCH,
        params={
            "selector": {
                **LOCATION,
                "jobName": "__ASSET_JOB",
                "assetSelection": [{"path": ["bigquery", "pypi", "daily_file_downloads"]}],
            },
            "mode": "default",
            "executionMetadata": {"tags": [{"key": "dagster/partition", "value": "2026-06-01"}]},
        },
    )["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    assert until(lambda: succeeded(ui, launched["run"]["runId"]), seconds=180, pause=0.5)
    assert (ui.state.warehouse / "purina.duckdb").stat().st_size > 0
    second = subprocess.run(
        [sys.executable, "-m", "dagster_open_platform_local", "dev", "--port", str(ui.port)],
        env={**os.environ, "DOP_LOCAL_DIR": str(ui.state.root.parent / "other")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert f"Port {ui.port} for the Dagster UI is not free" in second.stderr

    for schedule in repository["schedules"]:
        started = ui.ask(START_SCHEDULE, selector={**LOCATION, "scheduleName": schedule["name"]})
        assert started["startSchedule"]["scheduleState"]["status"] == "RUNNING"
    for sensor in repository["sensors"]:
        started = ui.ask(START_SENSOR, selector={**LOCATION, "sensorName": sensor["name"]})
        assert started["startSensor"]["sensorState"]["status"] == "RUNNING"
    statuses = ui.ask(DAEMONS)["instance"]["daemonHealth"]["allDaemonStatuses"]
    assert all(found["healthy"] for found in statuses if found["required"]), statuses

    workspace = yaml.safe_load((ui.state.dagster_home / "workspace.yaml").read_text())
    code_port = workspace["load_from"][0]["grpc_server"]["port"]
    assert port_open(code_port)
    ui.process.send_signal(signal.SIGINT)
    assert ui.process.wait(60) == 0
    assert not port_open(code_port)
    assert not port_open(ui.port)
    assert not ui.state.environment.exists()
