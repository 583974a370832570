"""`dev` as a person uses it: the UI comes up without a load error, runs work in it, and nothing is left of it."""

import contextlib
import json
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

from dagster_open_platform_local.code_locations import AMERICAN, CODE_LOCATIONS
from dagster_open_platform_local.stack.health import port_open
from dagster_open_platform_local.stack.ports import free_port
from dagster_open_platform_local.state import LocalState, write_environment
from dagster_open_platform_tests.fixtures.documentation import arguments_of, documented, environment_of
from dagster_open_platform_tests.fixtures.repository import ROOT
from dagster_open_platform_tests.integration.stack.test_supervisor import until

LOCATION = {
    "repositoryLocationName": AMERICAN.name,
    "repositoryName": "__repository__",
}
WORKSPACE = """{workspaceOrError {... on Workspace {locationEntries {
    name
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
REAL_KEY = "sk-ant-admin01-real"


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


@pytest.fixture(scope="module")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningUi]:
    """A UI for the tests below, of which the last one ends it."""
    state, port = LocalState(tmp_path_factory.mktemp("dev") / "state"), free_port()
    state.create()
    # One system is real, as far as the stack knows; nobody answers there.
    write_environment(
        state.live, {"ANTHROPIC_ADMIN_API_KEY": REAL_KEY, "ANTHROPIC_API_URL": "http://127.0.0.1:9"}
    )
    with subprocess.Popen(
        [*arguments_of("uv run just dev"), "--port", str(port)],
        env=environment_of({"DOP_LOCAL_DIR": str(state.root), "COMPANY_SCALE": "0.02"}),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # So that all of it can be told what a terminal's Ctrl-C tells.
        process_group=0,
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
            os.killpg(process.pid, signal.SIGKILL)


def succeeded(ui: RunningUi, run_id: str) -> bool:
    status = ui.ask(RUN, id=run_id)["runOrError"]["status"]
    assert status not in ("FAILURE", "CANCELED"), (ui.state.logs / "code-server.log").read_text()[-5000:]
    return status == "SUCCESS"


def launch(ui: RunningUi, day: str) -> None:
    """Materialize a day of a table, which must succeed."""
    launched = ui.ask(
        LAUNCH,
        params={
            "selector": {
                **LOCATION,
                "jobName": "__ASSET_JOB",
                "assetSelection": [{"path": ["bigquery", "pypi", "daily_file_downloads"]}],
            },
            "mode": "default",
            "executionMetadata": {"tags": [{"key": "dagster/partition", "value": day}]},
        },
    )["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    assert until(lambda: succeeded(ui, launched["run"]["runId"]), seconds=180, pause=0.5)


def environments(state: LocalState, module: str) -> list[str]:
    """What the processes of a state directory that run a module have in their environments."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        # A process may end while it is looked at.
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes().decode()
            environment = (process / "environ").read_bytes().decode(errors="replace")
            if module in command and f"DOP_LOCAL_DIR={state.root}" in environment:
                found.append(environment)
    return found


def test_a_real_system_stands_beside_simulated_ones(ui: RunningUi) -> None:
    done = documented("uv run just doctor --local", "--json", variables={"DOP_LOCAL_DIR": str(ui.state.root)})
    found = {each["name"]: (each["state"], each["mode"]) for each in json.loads(done.stdout)["systems"]}
    assert found.pop("anthropic")[0] == "fails"
    assert len(found) > 10
    assert set(found.values()) == {("works", "simulated")}, done.stdout
    # What is configured does not work; and that is told without the key.
    assert done.returncode == 1
    assert REAL_KEY not in done.stdout + done.stderr
    # Emulators never get it; what runs assets does.
    emulators = environments(ui.state, "dagster_open_platform_local.services")
    assert len(emulators) > 3
    assert [each for each in emulators if REAL_KEY in each] == []
    [*servers] = environments(ui.state, "code-server")
    assert servers
    assert all(REAL_KEY in each for each in servers)


CHROMIUM = """#!{python}
import struct, sys, urllib.request, zlib
from pathlib import Path

asked = dict(word.lstrip("-").partition("=")[::2] for word in sys.argv[1:-1])
assert urllib.request.urlopen(sys.argv[-1]).status == 200
width, height = (int(side) for side in asked["window-size"].split(","))
rows = b"".join(b"\\0" + bytes(x // 50 % 3 for x in range(width)) for _ in range(height))


def chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
png = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
Path(asked["screenshot"]).write_bytes(b"\\x89PNG\\r\\n\\x1a\\n" + png)
"""
"""Stands for the browser: asks for the page, and draws something of the size that it is asked for."""


def test_it_runs_what_it_is_told_and_its_pages_become_pictures(ui: RunningUi, tmp_path: Path) -> None:
    """The browser alone is not the real one, which is no part of the project."""
    # A run's process gets the stack's environment: it fetches from a service and writes into the warehouse.
    launch(ui, "2026-06-01")
    assert (ui.state.warehouse / "purina.duckdb").stat().st_size > 0
    why = documented(
        "uv run just why --local daily_file_downloads",
        "--json",
        variables={"DOP_LOCAL_DIR": str(ui.state.root)},
    )
    facts = json.loads(why.stdout)
    assert (facts["partitions"]["made"], facts["last"]["partition"]) == (1, "2026-06-01")
    assert "is off until somebody switches it on" in facts["reasons"][0]
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "chromium").write_text(CHROMIUM.format(python=sys.executable))
    (programs / "chromium").chmod(0o700)
    output = tmp_path / "pictures"
    more = ("--port", str(ui.port), "--output", str(output))
    path = os.pathsep.join([str(programs), environment_of({})["PATH"]])
    variables = {"DOP_LOCAL_DIR": str(ui.state.root), "PATH": path}
    done = documented("uv run just screenshots", *more, variables=variables)
    assert (done.returncode, done.stderr) == (0, "")
    names = {"asset-groups.png", "lineage.png", "run.png", "checks.png", "asset.png"}
    assert {path.name for path in output.iterdir()} == names
    assert all(name in done.stdout for name in names)


def test_the_ui_serves_the_platform_until_it_is_told_to_end(ui: RunningUi) -> None:
    entries = ui.ask(WORKSPACE)["workspaceOrError"]["locationEntries"]
    assert {entry["name"] for entry in entries} == {location.name for location in CODE_LOCATIONS}
    repositories = {}
    for entry in entries:
        assert entry["loadStatus"] == "LOADED"
        assert entry["locationOrLoadError"]["__typename"] == "RepositoryLocation", entry
        [repositories[entry["name"]]] = entry["locationOrLoadError"]["repositories"]
        assert any(node["isExecutable"] for node in repositories[entry["name"]]["assetNodes"])
    repository = repositories[AMERICAN.name]
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
    code_ports = [each["grpc_server"]["port"] for each in workspace["load_from"]]
    assert all(map(port_open, code_ports))
    os.killpg(ui.process.pid, signal.SIGINT)
    assert ui.process.stdout is not None
    assert ui.process.stdout.read().endswith("Stopped (SIGINT).\n")
    # This is how `just` tells that a signal has ended its recipe, however well it ended.
    assert ui.process.wait(60) == 128 + signal.SIGINT
    assert not any(map(port_open, code_ports))
    assert not port_open(ui.port)
    assert not ui.state.environment.exists()
