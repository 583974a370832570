"""The project as the real command parses it, once for all workers of a test run: to parse it takes longer than most tests of it.

What belongs here: where that is kept, and a copy of the project that parses sooner. What does not: running dbt on it (`in_process.py`).
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from dagster_open_platform.lib.dbt.manifest import build_manifest
from dagster_open_platform.lib.dbt.parsed import FINGERPRINT, MANIFEST, load_parsed
from dagster_open_platform_dbt import PROJECT_DIR

TESTS = {"data_tests", "unit_tests"}


def manifest_directory(target: str, factory: pytest.TempPathFactory) -> Path:
    """The directory of a fresh manifest that `build_manifest` has built with a target: the project's own if that is one.

    Args:
        target: One of `LOGICAL_TARGETS`.
        factory: Of the test run.
    """
    if is_fresh(target, PROJECT_DIR / "target"):
        return PROJECT_DIR / "target"
    # Each worker has a directory of its own below the run's.
    base = factory.getbasetemp()
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"manifest-{target}"
    with locked(shared.with_suffix(".lock")):
        if not is_fresh(target, shared):
            build_manifest(target, output_dir=shared)
    return shared


def is_fresh(target: str, directory: Path) -> bool:
    """Whether both forms of the manifest are there and describe the project as it is."""
    if load_parsed(target, output_dir=directory) is None:
        return False
    # `load_manifest` asks this too, and reads it, which takes long.
    recorded = json.loads((directory / FINGERPRINT).read_text())
    manifest = directory / MANIFEST
    return manifest.is_file() and hashlib.sha256(manifest.read_bytes()).hexdigest() == recorded["manifest"]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lets one process at a time into a `with` block."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def copy_of_names(project: Path) -> Path:
    """Copies what names and places come of: all but tests, columns, and the queries that configure nothing. They are most of the parsing.

    Args:
        project: The directory to make.
    """
    skipped = shutil.ignore_patterns(
        "target", "logs", "tests", "analyses", "__pycache__", "*.pyc", "sqlfluff"
    )
    shutil.copytree(PROJECT_DIR, project, ignore=skipped)
    for path in (project / "models").rglob("*.yml"):
        # By libyaml, which is ten times as fast.
        text = path.read_text()
        properties = yaml.load(text, yaml.CSafeLoader)
        # dbt wants to know the columns of a contract, and the one of the time spine.
        nameless = TESTS if "time_spine:" in text or "contract:" in text else {*TESTS, "columns"}
        path.write_text(yaml.dump(without(nameless, properties), Dumper=yaml.CSafeDumper, sort_keys=False))
    for path in (project / "models").rglob("*.sql"):
        if "config(" not in path.read_text():
            path.write_text("select 1 as one")
    return project


def without(names: Set[str], value: Any) -> Any:
    """Properties without some, wherever they stand."""
    if isinstance(value, dict):
        return {key: without(names, each) for key, each in value.items() if key not in names}
    return [without(names, each) for each in value] if isinstance(value, list) else value
