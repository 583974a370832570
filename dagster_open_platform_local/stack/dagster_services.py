"""The Dagster processes of `just dev`, as services of the stack, and the instance they work on.

What belongs here: code servers, webserver and daemon, ``dagster.yaml``, ``workspace.yaml``. What does not: definitions.

Why not ``dg dev`` or ``dagster dev``: both watch their children only every five seconds, end with exit code 0 when one
dies, and set ``DAGSTER_IS_DEV_CLI``, upon which dbt projects are parsed and component state is fetched at load. ``dg dev``
moreover imports every installed integration before it starts. As services of the stack they have a log each,
start in order, and the death of one is reported. ``dagster code-server start`` keeps the UI's "Reload definitions".
Runs are children of their code server, and so inherit the stack's environment.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from dagster_open_platform_local.code_locations import CODE_LOCATIONS, CodeLocation
from dagster_open_platform_local.stack.health import http_health, port_open, started
from dagster_open_platform_local.stack.ports import HOST, free_port
from dagster_open_platform_local.stack.supervisor import Service
from dagster_open_platform_local.state import LocalState

INSTANCE_YAML = """\
# The Dagster instance of this laptop. Written once by the stack; yours to change.
telemetry:
  enabled: false
nux:
  # The UI's first page asks for an e-mail address; nobody reads it here.
  enabled: false
concurrency:
  # DuckDB lets one process write a file at a time, so every pool admits one op (the warehouse's pool above all).
  pools:
    default_limit: 1
    granularity: op
  runs:
    # A run is a process that needs several seconds of CPU time before it does anything.
    max_concurrent_runs: 2
run_retries:
  # A run whose process died is tried once more; a failed asset is the business of its own retry policy.
  enabled: true
  max_retries: 1
  retry_on_asset_or_op_failure: false
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
  cancel_timeout_seconds: 60
  free_slots_after_run_end_seconds: 60
code_servers:
  local_startup_timeout: 180
retention:
  schedule:
    purge_after_days: 30
  sensor:
    purge_after_days: {skipped: 2, failure: 14, success: 14}
"""


def write_instance(state: LocalState) -> None:
    """Write dagster.yaml if there is none."""
    path = state.dagster_home / "dagster.yaml"
    if not path.exists():
        path.write_text(INSTANCE_YAML, encoding="utf-8")


def dagster_services(
    state: LocalState, port: int, variables: Mapping[CodeLocation, Mapping[str, str]] | None = None
) -> list[Service]:
    """Code servers, webserver and daemon, in the order in which they start.

    Args:
        state: Where ``workspace.yaml`` is written.
        port: The webserver's.
        variables: By code location: what its code server is told besides, such as where it is deployed.
    """
    # The workspace file names the code servers' ports before they have started.
    ports = {location: free_port() for location in CODE_LOCATIONS}
    workspace = state.dagster_home / "workspace.yaml"
    servers = [
        {"grpc_server": {"host": HOST, "port": ports[location], "location_name": location.name}}
        for location in CODE_LOCATIONS
    ]
    workspace.write_text(yaml.safe_dump({"load_from": servers}), encoding="utf-8")
    # Runs and sensors are the code servers' children, and link to the UI in what they post.
    ui = {"DAGSTER_UI_URL": f"http://{HOST}:{port}"}
    return [
        *(
            code_server(location, ports[location], {**ui, **(variables or {}).get(location, {})})
            for location in CODE_LOCATIONS
        ),
        _webserver(workspace, port),
        daemon(workspace),
    ]


def code_server(location: CodeLocation, port: int, variables: Mapping[str, str]) -> Service:
    """The process that serves a code location, and whose children its runs are.

    Args:
        location: It.
        port: Where it listens.
        variables: What it and its children get besides.
    """
    return Service(
        name=location.service,
        command=lambda own: [
            *(sys.executable, "-m", "dagster", "code-server", "start"),
            *("--module-name", location.module, "--location-name", location.name),
            *("--host", HOST, "--port", str(own), "--log-level", "warning"),
        ],
        secrets=dict(variables),
        port=port,
        # It accepts connections once the definitions are loaded, or failed to load.
        health=port_open,
        startup_seconds=180.0,
        grace_seconds=20.0,
        url=None,
    )


def _webserver(workspace: Path, port: int) -> Service:
    return Service(
        name="webserver",
        command=lambda own: [
            *(sys.executable, "-m", "dagster_webserver"),
            *("--workspace", str(workspace), "--host", HOST, "--port", str(own)),
        ],
        port=port,
        health=http_health("/server_info"),
        startup_seconds=120.0,
        url=lambda own: f"http://{HOST}:{own}",
    )


def daemon(workspace: Path) -> Service:
    """The process that evaluates sensors and schedules, and launches what is queued.

    Args:
        workspace: Names the code locations.
    """
    # Beside the interpreter, so that no PATH is needed; its module is private to Dagster, its script is not.
    script = Path(sys.executable).with_name("dagster-daemon")
    return Service(
        name="daemon",
        command=lambda _own: [str(script), "run", "--workspace", str(workspace)],
        health=started,
        grace_seconds=20.0,
        url=None,
    )
