"""The open-source deployment as `deploy/open_source` describes it: which processes, started how, with which variables.

What belongs here: reading it, and what changes where there is no container. What does not: starting them (`open_source.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from dagster_open_platform.utils.source_code import REPOSITORY_ROOT
from dagster_open_platform_local.deploying.errors import DeploymentError

FOLDER = REPOSITORY_ROOT / "deploy" / "open_source"
DATABASE = "postgres"
"""The one service that is not ours."""
_HOME = "/home/dagster/instance"


@dataclass(frozen=True)
class Composed:
    """A process of the deployment.

    Args:
        name: Of the service.
        command: Program and arguments.
        variables: Of its environment; without those of its `env_file`.
    """

    name: str
    command: tuple[str, ...]
    variables: Mapping[str, str]

    @property
    def listens(self) -> bool:
        """Whether it has a port."""
        return any(word.startswith("--port") for word in self.command)

    def here(self, home: Path, variables: Mapping[str, str], port: int) -> "Composed":
        """The same without a container.

        Args:
            home: In place of the instance's directory.
            variables: In place of those of the same names.
            port: In place of its port, on loopback.
        """
        words = [word.replace(_HOME, str(home)) for word in self.command]
        address = ["--host=127.0.0.1", f"--port={port}"] if self.listens else []
        kept = [word for word in words if not word.startswith(("--host=", "--port="))]
        said = {name: value.replace(_HOME, str(home)) for name, value in self.variables.items()}
        return Composed(self.name, (*kept, *address), {**said, **variables})


def services(folder: Path = FOLDER) -> Mapping[str, Composed]:
    """The processes of the deployment by name, without the database, in the order in which they start.

    Raises:
        DeploymentError: A service depends on one that is not there.
    """
    document = yaml.safe_load((folder / "compose.yaml").read_text(encoding="utf-8"))["services"]
    pending = {name: set(service.get("depends_on", ())) for name, service in document.items()}
    ordered: list[str] = []
    while pending:
        ready = [name for name, needed in pending.items() if needed <= set(ordered)]
        if not ready:
            raise DeploymentError(f"These services wait for what is not there: {', '.join(pending)}.")
        ordered += ready
        pending = {name: needed for name, needed in pending.items() if name not in ready}
    return {name: _composed(name, document[name]) for name in ordered if name != DATABASE}


def _composed(name: str, service: Mapping[str, Any]) -> Composed:
    command: Sequence[str] = service["command"]
    return Composed(name, tuple(command), {key: str(value) for key, value in service["environment"].items()})
