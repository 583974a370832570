"""Copies of the dbt project for the measure of loading, with many models.

What belongs here: making them, without dbt: what is loaded is the manifest, and what is compared with it are the files. What does not:
loading them (`load.py`).
"""

import json
import math
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import dagster_open_platform_dbt
from dagster_open_platform.lib.dbt.fingerprint import SOURCE_FOLDERS, take_fingerprint
from dagster_open_platform.lib.dbt.manifest import record
from dagster_open_platform.lib.dbt.parsed import FINGERPRINT, MANIFEST
from dagster_open_platform.lib.dbt.properties import dagster_meta_of

PROJECT = Path(dagster_open_platform_dbt.__file__).parent
Manifest = dict[str, Any]
T = TypeVar("T")


def copy_project(directory: Path) -> Path:
    """Copy the project, with its manifest, into a folder in which Python finds it; returns the copy."""
    made = directory / PROJECT.name
    ignored = shutil.ignore_patterns("__pycache__", "*.msgpack", "logs", "compiled", "run")
    shutil.copytree(PROJECT, made, ignore=ignored)
    return made


def models_of(project: Path) -> int:
    """How many models the project's manifest has."""
    return sum(node["resource_type"] == "model" for node in _read(project)["nodes"].values())


def grow(project: Path, models: int) -> None:
    """Multiply everything in a copy of the project, so that a model has as many tests, columns and parents as before.

    Args:
        project: The copy.
        models: How many there shall be; at least as many as there are.
    """
    manifest = _read(project)
    times = models / models_of(project)
    grown = {name: dict(manifest[name]) for name in ("nodes", "sources", "parent_map", "child_map")}
    for number in range(1, math.ceil(times)):
        share = min(1.0, times - number)
        copy = renamed(manifest, f"_copy_{number}", share)
        for name, part in grown.items():
            part |= copy[name]
        for folder in SOURCE_FOLDERS:
            # Only their number and their size count.
            originals = sorted(path for path in (PROJECT / folder).rglob("*") if path.is_file())
            for original in _evenly(originals, share):
                target = project / folder / f"copy_{number}" / original.relative_to(PROJECT / folder)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(original, target)
    _write(project, {**manifest, **grown})


def renamed(manifest: Manifest, suffix: str, share: float = 1.0) -> Manifest:
    """The manifest's nodes and sources under other names, which depend on each other as before, and else on the originals.

    What makes the sources stays the same: that of the copies is not there, and Dagster would look for it for each.

    Args:
        manifest: The original.
        suffix: Of the other names.
        share: How many of each kind; with them go the tests that are attached to them.
    """
    kinds: dict[str, list[str]] = {"source": list(manifest["sources"])}
    for key, node in manifest["nodes"].items():
        kinds.setdefault(node["resource_type"], []).append(key)
    tests = kinds.pop("test", [])
    chosen = {key for keys in kinds.values() for key in _evenly(keys, share)}
    for key in tests:
        node = manifest["nodes"][key]
        if (node.get("attached_node") or next(iter(node["depends_on"]["nodes"]), None)) in chosen:
            chosen.add(key)
    new = {key: f"{key}{suffix}" for key in chosen}

    def moved(value: Any) -> Any:
        if isinstance(value, dict):
            return {new.get(key, key): moved(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [moved(inner) for inner in value]
        return new.get(value, value) if isinstance(value, str) else value

    copy = {
        part: {new[key]: moved(node) for key, node in manifest[part].items() if key in new}
        for part in ("nodes", "sources", "parent_map", "child_map")
    }
    for node in copy["nodes"].values():
        node["name"] += suffix
        if "alias" in node:
            node["alias"] += suffix
        meta = dagster_meta_of(node)
        if "ref" in meta:
            meta["ref"]["name"] += suffix
    return copy


def _evenly(keys: Sequence[T], share: float) -> list[T]:
    count = round(share * len(keys))
    return [keys[index * len(keys) // count] for index in range(count)]


def _read(project: Path) -> Manifest:
    return json.loads((project / "target" / MANIFEST).read_bytes())


def _write(project: Path, manifest: Mapping[str, Any]) -> None:
    output = project / "target"
    target = json.loads((output / FINGERPRINT).read_text())["target"]
    (output / MANIFEST).write_text(json.dumps(manifest))
    record(output, take_fingerprint(project, target))
