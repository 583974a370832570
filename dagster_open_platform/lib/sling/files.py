"""Replication files as text: reading one and what it extends, which fields there are, and where each stands.

What belongs here: the fields and their positions. What does not: reading YAML (`lib/yaml_files.py`), and what the fields
mean together (`config.py`).
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster_shared.yaml_utils.source_position import SourcePositionTree
from pydantic import BaseModel, ConfigDict, ValidationError

from dagster_open_platform.lib.sling.errors import InvalidReplication
from dagster_open_platform.lib.yaml_errors import position, suggestion
from dagster_open_platform.lib.yaml_files import read_mapping


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _MetaYaml(_Strict):
    lookback: str | int | None = None
    description: str | None = None


class _StreamYaml(_Strict):
    mode: str | None = None
    object: str | None = None
    primary_key: str | list[str] | None = None
    update_key: str | None = None
    select: list[str] | None = None
    where: str | None = None
    columns: dict[str, str] | None = None
    meta: _MetaYaml | None = None


class _ReplicationYaml(_Strict):
    extends: str | None = None
    source: str | None = None
    target: str | None = None
    defaults: _StreamYaml | None = None
    streams: dict[str, _StreamYaml | None] | None = None


@dataclass(frozen=True)
class ReplicationFile:
    """One file, without what it extends.

    Args:
        path: Where it is.
        content: What it says; every field of it is known and of the right type.
        positions: Where each field stands.
    """

    path: Path
    content: Mapping[str, Any]
    positions: SourcePositionTree

    def error(self, path: list[str | int], problem: str) -> InvalidReplication:
        """What is wrong at a place of the file."""
        prefix = f"{'.'.join(map(str, path))}: " if path else ""
        return InvalidReplication(f"{position(self.positions, path)}: {prefix}{problem}")

    def has(self, stream: str) -> bool:
        """Whether the file mentions a stream."""
        return stream in (self.content.get("streams") or {})


def chain(path: Path) -> Iterator[ReplicationFile]:
    """The file, what it extends, what that extends, and so on.

    Raises:
        InvalidReplication: A file is missing, is not YAML, or has a field that is unknown or of the wrong type; or they extend
            one another in a circle.
    """
    seen: list[Path] = []
    while True:
        file = _read(path)
        yield file
        seen.append(path.resolve())
        if file.content.get("extends") is None:
            return
        path = Path(os.path.normpath(path.parent / file.content["extends"]))
        if path.resolve() in seen:
            raise file.error(["extends"], f"{file.content['extends']!r} leads in a circle.")
        if not path.is_file():
            raise file.error(
                ["extends"], f"there is no file {file.content['extends']!r} (from {file.path.parent})."
            )


def _read(path: Path) -> ReplicationFile:
    expected = "a mapping with source, target and streams"
    content, positions = read_mapping(path, "replication file", expected, InvalidReplication)
    file = ReplicationFile(path, content, positions)
    try:
        _ReplicationYaml.model_validate(content)
    except ValidationError as error:
        raise _first_error(file, error) from None
    return file


def _first_error(file: ReplicationFile, error: ValidationError) -> InvalidReplication:
    item = error.errors(include_url=False)[0]
    # A stream may be null, and pydantic puts the alternative's name into the path.
    path = [part for part in item["loc"] if part not in ("_StreamYaml", "str", "int", "list[str]")]
    if item["type"] == "extra_forbidden":
        known = _ReplicationYaml if len(path) == 1 else _MetaYaml if path[-2] == "meta" else _StreamYaml
        problem = "this field is not supported." + suggestion(str(path[-1]), known.model_fields)
    else:
        problem = f"found {item['input']!r}; {item['msg'][:1].lower()}{item['msg'][1:]}."
    return file.error(list(path), problem)


def merged(beneath: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings are merged; anything else of the upper one replaces that of the lower one."""
    result = dict(beneath)
    for key, value in above.items():
        old = result.get(key)
        result[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result
