"""Code servers and a webserver that asks them, for as long as somebody has questions.

What belongs here: starting them, and one question in GraphQL. What does not: which questions (`graph.py`).
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from dagster_open_platform_local.deploying.errors import DeploymentError
from dagster_open_platform_local.stack.environment import base_environment
from dagster_open_platform_local.stack.health import HealthCheck, http_health, port_open, started
from dagster_open_platform_local.stack.ports import HOST, free_port
from dagster_open_platform_local.stack.process import GuardedProcess
from dagster_open_platform_local.stack.supervisor import Service, wait_until_healthy
from dagster_open_platform_local.state import local_state

INSTANCE = "telemetry:\n  enabled: false\n"
_ANSWER_SECONDS = 300.0
_START_SECONDS = 300.0


@dataclass(frozen=True)
class CodeServer:
    """A code location in a process of its own.

    Args:
        name: Of the code location, as the webserver shows it.
        command: That starts the server, without its port.
        environment: All of the process's variables.
        directory: Where it is started.
        log: Where its output goes.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    directory: Path
    log: Path


class Webserver:
    """A running webserver.

    Args:
        port: Where it listens, on loopback.
    """

    def __init__(self, port: int) -> None:
        self._url = f"http://{HOST}:{port}/graphql"

    def ask(self, query: str, **variables: Any) -> Any:
        """The answer to a question.

        Raises:
            DeploymentError: It is no answer.
        """
        # Not through a proxy that the environment names: it is this machine.
        with httpx.Client(timeout=_ANSWER_SECONDS, trust_env=False) as client:
            answer = client.post(self._url, json={"query": query, "variables": variables}).json()
        if answer.get("errors"):
            raise DeploymentError(f"The webserver refuses the question: {answer['errors'][0]['message']}")
        return answer["data"]


@contextmanager
def process(
    name: str,
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    log: Path,
    directory: Path,
    port: int = 0,
    health: HealthCheck = started,
) -> Iterator[GuardedProcess]:
    """A process for the length of a `with` block, from when it is healthy on its port."""
    child = GuardedProcess(name, in_directory(directory, command), environment, log)
    child.start()
    try:
        _await(child, health, port)
        yield child
    finally:
        child.stop()


def in_directory(directory: Path, command: Sequence[str]) -> list[str]:
    """A command that is run in a directory."""
    return ["/bin/sh", "-c", 'cd "$0" && exec "$@"', str(directory), *command]


@contextmanager
def webserver_over(servers: Sequence[CodeServer], home: Path) -> Iterator[Webserver]:
    """A webserver that has all of these code locations.

    Args:
        servers: Their names differ.
        home: For the webserver's instance; must exist.
    """
    ports = {server.name: free_port() for server in servers}
    locations = [{"host": HOST, "port": port, "location_name": name} for name, port in ports.items()]
    workspace = home / "workspace.yaml"
    workspace.write_text(yaml.safe_dump({"load_from": [{"grpc_server": each} for each in locations]}))
    (home / "dagster.yaml").write_text(INSTANCE)
    with ExitStack() as running:
        # Begun together and awaited together: each loads for some seconds.
        begun = [running.enter_context(_begun(server, ports[server.name])) for server in servers]
        for child in begun:
            _await(child, port_open, ports[child.name])
        port = free_port()
        command = [sys.executable, "-m", "dagster_webserver", "--workspace", str(workspace)]
        running.enter_context(
            process(
                "webserver",
                [*command, "--host", HOST, "--port", str(port)],
                {**inherited(), "DAGSTER_HOME": str(home)},
                log=home / "webserver.log",
                directory=home,
                port=port,
                health=http_health("/server_info"),
            )
        )
        yield Webserver(port)


@contextmanager
def _begun(server: CodeServer, port: int) -> Iterator[GuardedProcess]:
    command = in_directory(server.directory, [*server.command, "--host", HOST, "--port", str(port)])
    child = GuardedProcess(server.name, command, server.environment, server.log)
    child.start()
    try:
        yield child
    finally:
        child.stop()


def _await(child: GuardedProcess, health: HealthCheck, port: int) -> None:
    service = Service(child.name, command=lambda _port: (), health=health, startup_seconds=_START_SECONDS)
    wait_until_healthy(child, service, port)


def inherited() -> dict[str, str]:
    """This shell's variables without what belongs to a deployment or a stack."""
    return base_environment(local_state())
