"""Replication files: what is replicated from where to where, in Sling's own format.

What belongs here: what a file means, and whether its fields fit one another. What does not: its text (`files.py`), and running it.

The format is a strict subset of Sling's (https://docs.slingdata.io/concepts/replication): a field that this platform would
not honour is an error, never ignored. There are two additions. ``extends: ../runs.yaml`` merges another file beneath this one,
so that what several shards share is written once. ``meta.lookback`` of a stream makes an incremental one read again what is
less than so much older than the newest that it has: for rows that are committed late.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from dagster_open_platform.lib.sling.errors import InvalidReplication
from dagster_open_platform.lib.sling.files import ReplicationFile, chain, merged
from dagster_open_platform.lib.warehouse.identifiers import validated
from dagster_open_platform.lib.yaml_errors import position, suggestion
from dagster_open_platform.utils.failures import PermanentFailure

_DURATION = re.compile(r"(?P<number>\d+)(?P<unit>[smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Mode(StrEnum):
    """How a stream's rows become those of its table; the contracts are in `load.py`."""

    FULL_REFRESH = "full-refresh"
    TRUNCATE = "truncate"
    INCREMENTAL = "incremental"
    SNAPSHOT = "snapshot"


@dataclass(frozen=True)
class Stream:
    """One table of the source, and what becomes of it.

    Args:
        name: `schema.table` at the source.
        mode: How it is loaded.
        schema: Schema of the target's table.
        table: Target's table.
        primary_key: Columns that identify a row; needed by incremental streams.
        update_key: Column that grows when a row is written; needed by incremental streams.
        lookback: How far behind the newest `update_key` an incremental stream reads again: a duration, or a number where
            the key is one.
        include: The only columns to take; empty: all.
        exclude: Columns not to take.
        where: SQL condition on the source's rows; empty: all rows.
        columns: Types at the target for columns whose type at the source has no counterpart.
        description: What a row is.
        place: `file:line` where it is declared.
    """

    name: str
    mode: Mode
    schema: str
    table: str
    primary_key: tuple[str, ...] = ()
    update_key: str | None = None
    lookback: timedelta | int | None = None
    include: tuple[str, ...] = ()
    exclude: frozenset[str] = frozenset()
    where: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    place: str = ""


@dataclass(frozen=True)
class Replication:
    """One replication file with what it extends.

    Args:
        path: The file.
        source: Name of the connection that is read.
        target: Name of the connection that is written.
        streams: In the order of the file, those of the extended file first.
    """

    path: Path
    source: str
    target: str
    streams: tuple[Stream, ...]


def load_replication(path: Path, target_schema: str = "") -> Replication:
    """Read a replication file and what it extends.

    Args:
        path: The file.
        target_schema: What `{target_schema}` in an `object` stands for.

    Raises:
        InvalidReplication: A file is missing, is not YAML, has unknown or wrong fields, or its streams lack what their mode
            needs. The message starts with `file:line`.
    """
    files = list(chain(path))
    content: dict[str, Any] = {}
    for file in reversed(files):
        content = merged(content, file.content)
    named: dict[str, str] = {}
    for side in ("source", "target"):
        if not content.get(side):
            raise files[0].error([], f"{side!r} is missing: the name of the connection to use.")
        named[side] = content[side]
    if not content.get("streams"):
        raise files[0].error([], "'streams' is missing or empty.")
    streams = tuple(
        _stream(files, name, merged(content.get("defaults") or {}, own or {}), target_schema)
        for name, own in content["streams"].items()
    )
    _check_objects(files, streams)
    return Replication(path, named["source"], named["target"], streams)


def _stream(
    files: list[ReplicationFile], name: str, content: Mapping[str, Any], target_schema: str
) -> Stream:
    file = next(found for found in files if found.has(name))
    here: list[str | int] = ["streams", name]
    if not re.fullmatch(r"\w+\.\w+", name):
        raise file.error(
            here,
            "a stream is one table, as schema.table: assets are known before the source is asked, so there are no wildcards.",
        )
    try:
        mode = Mode(content.get("mode") or Mode.FULL_REFRESH)
    except ValueError:
        raise file.error(
            here,
            f"mode {content['mode']!r} is unknown.{suggestion(str(content['mode']), [mode.value for mode in Mode])}",
        ) from None
    schema, table = _object(file, here, name, content.get("object"), target_schema)
    key = content.get("primary_key") or ()
    meta = content.get("meta") or {}
    select = content.get("select") or []
    stream = Stream(
        name=name,
        mode=mode,
        schema=schema,
        table=table,
        primary_key=(key,) if isinstance(key, str) else tuple(key),
        update_key=content.get("update_key"),
        lookback=_lookback(file, here, meta.get("lookback")),
        include=tuple(column for column in select if not column.startswith("-")),
        exclude=frozenset(column[1:] for column in select if column.startswith("-")),
        where=content.get("where") or "",
        columns=content.get("columns") or {},
        description=" ".join((meta.get("description") or "").split()),
        place=position(file.positions, here),
    )
    _check_mode(file, here, stream)
    return stream


def _object(
    file: ReplicationFile, here: list[str | int], name: str, template: str | None, target_schema: str
) -> tuple[str, str]:
    stream_schema, stream_table = name.split(".")
    values = {"stream_schema": stream_schema, "stream_table": stream_table, "target_schema": target_schema}

    def value(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise file.error(
                here, f"object has an unknown variable {match[0]}.{suggestion(match[1], values)}"
            )
        return values[match[1]]

    text = _PLACEHOLDER.sub(value, template or "{target_schema}.{stream_table}")
    parts = text.split(".")
    try:
        if len(parts) != 2:
            raise file.error(here, f"object is {text!r}; expected schema.table.")
        return validated(parts[0], "schema"), validated(parts[1], "table")
    except InvalidReplication:
        raise
    except PermanentFailure as error:
        raise file.error(here, f"object is {text!r}: {error.description}") from error


def _lookback(
    file: ReplicationFile, here: list[str | int], value: str | int | None
) -> timedelta | int | None:
    if value is None or (isinstance(value, int) and value >= 0):
        return value
    match = _DURATION.fullmatch(str(value))
    try:
        if match is not None:
            return timedelta(**{_UNITS[match["unit"]]: int(match["number"])})
    except OverflowError:
        pass
    raise file.error(
        [*here, "meta", "lookback"],
        f"found {value!r}; expected a number, or a duration such as 90s, 30m, 2h or 3d.",
    )


def _check_mode(file: ReplicationFile, here: list[str | int], stream: Stream) -> None:
    if stream.include and stream.exclude:
        raise file.error(
            [*here, "select"], "names columns to take and columns not to take; expected one or the other."
        )
    if stream.mode is not Mode.INCREMENTAL:
        if stream.lookback is not None:
            raise file.error(
                here, f"meta.lookback is for incremental streams; the mode is {stream.mode.value}."
            )
        return
    for name, value in (("primary_key", stream.primary_key), ("update_key", stream.update_key)):
        if not value:
            raise file.error(
                here,
                f"an incremental stream needs {name}, or rows would be doubled or missed. Without one, use full-refresh.",
            )
    hidden = [
        column
        for column in (*stream.primary_key, str(stream.update_key))
        if column in stream.exclude or (stream.include and column not in stream.include)
    ]
    if hidden:
        raise file.error(
            [*here, "select"], f"leaves out {', '.join(hidden)}, which the stream needs as its key."
        )


def _check_objects(files: list[ReplicationFile], streams: tuple[Stream, ...]) -> None:
    writers: dict[tuple[str, str], str] = {}
    for stream in streams:
        target = (stream.schema.lower(), stream.table.lower())
        if target in writers:
            raise files[0].error(
                ["streams"],
                f"{writers[target]} and {stream.name} both write {'.'.join(target)}; each needs its own object.",
            )
        writers[target] = stream.name
