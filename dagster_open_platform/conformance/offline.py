"""Loads defs folders with an empty environment and no network, and tells their graphs in each environment.

    python -m dagster_open_platform.conformance.offline < PLACES

What belongs here: the program of that process and whoever starts it. What does not: what must hold of the graphs (`clauses.py`).
"""

import json
import os
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
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

_SECONDS = 600
_EXCERPT = 4000

Graphs = Mapping[str, Mapping[str, Any]]
"""By environment, each asset's description."""


@dataclass(frozen=True)
class Place:
    """What is loaded.

    Args:
        folder: A package of instances.
        below: Only what stands in this folder of it; None: all.
    """

    folder: DefsFolder
    below: Path | None = None


def graphs_of(folder: DefsFolder, below: Path | None = None) -> Graphs:
    """Load a folder in a process of its own, and tell its graph in each environment.

    Args:
        folder: It.
        below: Only what stands in this folder.

    Raises:
        NotConformingError: It does not load.
    """
    place = Place(folder, below)
    return Loadings([place]).of(place)


class Loadings:
    """Several places, loaded in one process when the first is asked for: to begin one takes longer than to load most.

    Args:
        places: They.
    """

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = places

    def of(self, place: Place) -> Graphs:
        """The graphs of one of them.

        Raises:
            NotConformingError: It does not load.
        """
        graphs, error = self._loaded[self.places.index(place)]
        if error:
            raise NotConformingError(f"It does not load with an empty environment and no network:\n{error}")
        return graphs

    @cached_property
    def _loaded(self) -> Sequence[tuple[Graphs, str]]:
        """Of each place its graphs, or why it does not load."""
        with tempfile.TemporaryDirectory() as home:
            done = subprocess.run(  # noqa: S603 - this program
                [sys.executable, "-W", "ignore", "-m", __name__],
                input=json.dumps([_words(place) for place in self.places]),
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
            return [({}, done.stderr[-_EXCERPT:])] * len(self.places)
        return json.loads(done.stdout.splitlines()[-1])


def _words(place: Place) -> Sequence[str]:
    folder = place.folder
    return [
        folder.module,
        str(folder.project_root),
        str(folder.import_path or ""),
        str(place.below or ""),
    ]


def main() -> None:
    """Print the graphs of all places, or what kept each from being loaded, as JSON in one line."""
    places = json.load(sys.stdin)
    warnings.simplefilter("ignore")
    sys.addaudithook(_refuse)
    found: list[tuple[Graphs, str]] = []
    for module, root, import_path, below in places:
        folder = DefsFolder(module, Path(root), Path(import_path) if import_path else None)
        try:
            found.append((_graphs(Place(folder, Path(below) if below else None)), ""))
        except Exception:  # noqa: BLE001 - whatever it is, it is told
            found.append(({}, traceback.format_exc()[-_EXCERPT:]))
    sys.stdout.write(json.dumps(found, default=repr) + "\n")


def _graphs(place: Place) -> Graphs:
    """A place's graphs, loaded in this process."""
    from dagster_open_platform.conformance.graph import described

    found = {}
    for name, variables in ENVIRONMENTS.items():
        os.environ.update(variables)
        try:
            found[name] = described(_complete(place.folder.load(place.below)))
        finally:
            for variable in variables:
                del os.environ[variable]
    return found


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
    main()
