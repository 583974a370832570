"""Loads a defs folder with an empty environment and no network, and tells its graph in each environment.

    python -m dagster_open_platform.conformance.offline MODULE PROJECT_ROOT IMPORT_PATH [BELOW]

What belongs here: the program of that process and whoever starts it. What does not: what must hold of the graphs (`clauses.py`).
"""

import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_open_platform.conformance.subject import DefsFolder, NotConformingError

FORBIDDEN = frozenset(
    {
        "socket.connect",
        "socket.bind",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.posix_spawn",
    }
)
"""What loading must not cause: Python's own names of it (https://docs.python.org/3/library/audit_events.html)."""

ENVIRONMENTS: Mapping[str, Mapping[str, str]] = {
    "a laptop": {},
    "production": {"DAGSTER_CLOUD_DEPLOYMENT_NAME": "prod"},
    "a branch deployment": {
        "DAGSTER_CLOUD_IS_BRANCH_DEPLOYMENT": "1",
        "DAGSTER_CLOUD_PULL_REQUEST_ID": "42",
        "DAGSTER_CLOUD_DEPLOYMENT_NAME": "0123456789abcdef",
    },
    "another organization": {"DAGSTER_ORGANIZATION": "dogfood"},
}
"""The variables by which Dagster+ tells a code location where it is."""

_SECONDS = 300

Graphs = Mapping[str, Mapping[str, Any]]
"""By environment, each asset's description."""


def graphs_of(folder: DefsFolder, below: Path | None = None) -> Graphs:
    """Load a folder in a process of its own, and tell its graph in each environment.

    Args:
        folder: It.
        below: Only what stands in this folder.

    Raises:
        NotConformingError: It does not load.
    """
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        __name__,
        folder.module,
        str(folder.project_root),
        str(folder.import_path or ""),
    ]
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(  # noqa: S603 - this program
            [*command, *([str(below)] if below else [])],
            env={
                "PATH": os.environ.get("PATH", ""),
                "HOME": home,
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            },
            cwd=home,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    if done.returncode:
        raise NotConformingError(
            f"It does not load with an empty environment and no network:\n{done.stderr[-4000:]}"
        )
    return json.loads(done.stdout.splitlines()[-1])


def main(module: str, project_root: str, import_path: str, below: str | None = None) -> None:
    """Print the graphs as JSON, in one line.

    Raises:
        RuntimeError: Loading did what it must not.
    """
    from dagster_open_platform.conformance.graph import described

    folder = DefsFolder(module, Path(project_root), Path(import_path) if import_path else None)
    warnings.simplefilter("ignore")
    sys.addaudithook(_refuse)
    found = {}
    for name, variables in ENVIRONMENTS.items():
        os.environ.update(variables)
        found[name] = described(_complete(folder.load(Path(below) if below else None)))
        for variable in variables:
            del os.environ[variable]
    sys.stdout.write(json.dumps(found, default=repr) + "\n")


def _complete(definitions: dg.Definitions) -> dg.Definitions:
    """With something behind each resource key, which the whole code location would provide."""
    declared = [
        *(definitions.assets or ()),
        *(definitions.asset_checks or ()),
        *(definitions.jobs or ()),
        *(definitions.schedules or ()),
        *(definitions.sensors or ()),
    ]
    keys = {key for each in declared for key in getattr(each, "required_resource_keys", ())}
    missing = keys - set(definitions.resources or {}) - {"io_manager"}
    nothing = {key: dg.ResourceDefinition.none_resource() for key in missing}
    return dg.Definitions.merge(definitions, dg.Definitions(resources=nothing))


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in FORBIDDEN:
        raise RuntimeError(f"Loading caused {event} {arguments}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
