"""Copies of the dbt project for the measure of loading: the project as it is, with next to no models, and with a thousand.

What belongs here: making them, without dbt: what is loaded is the manifest, and what is compared with it are the files. What does not:
loading them (`load.py`).
"""

import json
import math
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster_open_platform_dbt
from dagster_open_platform.lib.dbt.fingerprint import SOURCE_FOLDERS, take_fingerprint
from dagster_open_platform.lib.dbt.manifest import FINGERPRINT, MANIFEST, record
from dagster_open_platform.lib.dbt.nodes import ASSETS

PROJECT = Path(dagster_open_platform_dbt.__file__).parent
MODELS = 1_000
"""At least as many models has the grown project: whole copies of the real one, so that a model has as many tests, columns and parents."""
_NAMED = re.compile(r"dbt_asset_key\('(\w+)'\)")
Manifest = dict[str, Any]


def copy_project(directory: Path) -> Path:
    """Copy the project, with its manifest, into a folder in which Python finds it; returns the copy."""
    made = directory / PROJECT.name
    ignored = shutil.ignore_patterns("__pycache__", "*.msgpack", "logs", "compiled", "run")
    shutil.copytree(PROJECT, made, ignore=ignored)
    return made


def models_of(project: Path) -> int:
    """How many models the project's manifest has."""
    return sum(node["resource_type"] == "model" for node in _read(project)["nodes"].values())


def grow(project: Path, times: int | None = None) -> None:
    """Multiply everything in a copy of the project.

    Args:
        project: The copy.
        times: How many there shall be of each; None: as many as make `MODELS` models.
    """
    times = times or math.ceil(MODELS / models_of(project))
    manifest = _read(project)
    grown = {name: dict(manifest[name]) for name in ("nodes", "sources", "parent_map", "child_map")}
    for number in range(1, times):
        copy = renamed(manifest, f"_copy_{number}")
        for name, part in grown.items():
            part |= copy[name]
        for folder in SOURCE_FOLDERS:
            # Only their number and their size count.
            original = PROJECT / folder
            if original.is_dir():
                shutil.copytree(original, project / folder / f"copy_{number}")
    _write(project, {**manifest, **grown})


def shrink(project: Path, package: Path) -> None:
    """Leave of a copy of the project what the code location does not load without.

    Args:
        project: The copy.
        package: The code location's, whose components name models.
    """
    manifest = _read(project)
    texts = (path.read_text() for path in (package / "defs").rglob("*.y*ml"))
    wanted = {name for text in texts for name in _NAMED.findall(text)}
    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] in ASSETS}
    # Schedules name groups, which are schemas; and each op has something to build.
    wanted |= {node["name"] for node in {node["config"]["schema"]: node for node in nodes.values()}.values()}
    kept = {
        key: {**node, "depends_on": {**node["depends_on"], "nodes": []}}
        for key, node in nodes.items()
        if node["name"] in wanted
    }
    dated = next(
        key for key, source in manifest["sources"].items() if (source["freshness"] or {}).get("warn_after")
    )
    for folder in SOURCE_FOLDERS:
        shutil.rmtree(project / folder, ignore_errors=True)
    sources = {dated: manifest["sources"][dated]}
    _write(
        project,
        {**manifest, "nodes": kept, "sources": sources, "parent_map": {}, "child_map": {}, "macros": {}},
    )


def renamed(manifest: Manifest, suffix: str) -> Manifest:
    """The manifest's nodes and sources under other names, which depend on each other as before."""
    new = {key: f"{key}{suffix}" for part in ("nodes", "sources") for key in manifest[part]}

    def moved(value: Any) -> Any:
        if isinstance(value, dict):
            return {new.get(key, key): moved(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [moved(inner) for inner in value]
        return new.get(value, value) if isinstance(value, str) else value

    copy = {part: moved(manifest[part]) for part in ("nodes", "sources", "parent_map", "child_map")}
    for node in copy["nodes"].values():
        node["name"] += suffix
        if "alias" in node:
            node["alias"] += suffix
    for place in _dagster_metas(copy):
        if "asset_key" in place:
            # Schedules name the beginnings of keys.
            place["asset_key"] = [suffix, *place["asset_key"]]
        if "ref" in place:
            place["ref"] = {**place["ref"], "name": place["ref"]["name"] + suffix}
    return copy


def _dagster_metas(manifest: Manifest) -> Iterator[dict[str, Any]]:
    for part in ("nodes", "sources"):
        for node in manifest[part].values():
            yield ((node.get("config") or {}).get("meta") or {}).get("dagster") or {}


def _read(project: Path) -> Manifest:
    return json.loads((project / "target" / MANIFEST).read_bytes())


def _write(project: Path, manifest: Mapping[str, Any]) -> None:
    output = project / "target"
    target = json.loads((output / FINGERPRINT).read_text())["target"]
    (output / MANIFEST).write_text(json.dumps(manifest))
    record(output, take_fingerprint(project, target))
