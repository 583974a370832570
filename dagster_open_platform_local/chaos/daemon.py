"""Dagster's daemon and the code server whose runs it launches, as services of a world.

What belongs here: those two, and the configuration of their instance. What does not: killing them (`apart.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import yaml

from dagster_open_platform_local.chaos.requests import PART_VARIABLE
from dagster_open_platform_local.chaos.world import World
from dagster_open_platform_local.code_locations import CodeLocation
from dagster_open_platform_local.stack.dagster_services import INSTANCE_YAML, code_server, daemon
from dagster_open_platform_local.stack.ports import HOST, free_port
from dagster_open_platform_local.stack.supervisor import Service
from dagster_open_platform_local.state import LocalState

DAEMON = "daemon"
LOCATION = CodeLocation("dagster_open_platform_chaos", "dagster_open_platform_local.chaos.location")


def write_impatient_instance(state: LocalState) -> None:
    """Write a dagster.yaml in which a run that is dead, or was never started, is noticed within a minute."""
    content = yaml.safe_load(INSTANCE_YAML)
    content["run_monitoring"] |= {"poll_interval_seconds": 3, "start_timeout_seconds": 60}
    (state.dagster_home / "dagster.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")


@contextmanager
def running_daemon(world: World) -> Iterator[None]:
    """Both run within the block."""
    services = _services(world.state, world.part)
    world.supervisor.start(services)
    try:
        yield
    finally:
        for service in reversed(services):
            world.remove_service(service.name)


def _services(state: LocalState, part: str) -> list[Service]:
    """Code server and daemon, in the order in which they start.

    Args:
        state: Where their workspace file is written.
        part: How much of the graph there is.
    """
    port = free_port()
    workspace = state.dagster_home / "workspace.yaml"
    location = {"host": HOST, "port": port, "location_name": LOCATION.name}
    workspace.write_text(yaml.safe_dump({"load_from": [{"grpc_server": location}]}), encoding="utf-8")
    return [
        code_server(LOCATION, port, {PART_VARIABLE: part}),
        daemon(workspace),
    ]
