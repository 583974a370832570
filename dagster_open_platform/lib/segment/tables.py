"""What a row of each table is and which columns it has, from a file beside the component's instance.

What belongs here: reading that file, and the columns that all tables have. What does not: which tables an instance has (`component.py`).
Source of the shared columns: https://segment.com/docs/connections/storage/warehouses/schema/.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast, get_args

import yaml

from dagster_open_platform.lib.columns import Column, ColumnType
from dagster_open_platform.lib.segment.names import USERS
from dagster_open_platform.lib.yaml_errors import InvalidYaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # a tenth of the time, where libyaml is there

IDENTITY = (
    Column("id", "string", "Segment's id of the call; a call that is delivered twice has it twice."),
    Column("anonymous_id", "string", "Id of the browser or server.", nullable=True),
    Column("user_id", "string", "Id of the product's user; null: anonymous.", nullable=True),
)
RECEIVED = Column("received_at", "timestamp", "When Segment received it, by Segment's clock.")
LOADED = Column("uuid_ts", "timestamp", "When it was loaded into the warehouse.")
TIMES = (
    RECEIVED,
    Column("sent_at", "timestamp", "When it was sent, by the sender's clock.", nullable=True),
    Column("original_timestamp", "timestamp", "When it happened, by the sender's clock.", nullable=True),
    Column("timestamp", "timestamp", "When it happened, corrected by Segment."),
    LOADED,
)
CONTEXT = tuple(
    Column(f"context_{name}", "string", description, nullable=True)
    for name, description in (
        ("library_name", "The library that sent it."),
        ("library_version", "Version of that library."),
        ("ip", "Address of the sender."),
        ("user_agent", "What the browser calls itself."),
        ("locale", "Language of the browser."),
        ("page_path", "Path of the page."),
        ("page_url", "Address of the page."),
        ("campaign_name", "Tag of the campaign whose link led there."),
        ("campaign_source", "Source of that campaign."),
        ("campaign_medium", "Medium of that campaign."),
    )
)
EVENT = (
    Column("event", "string", "Name of the event's table."),
    Column("event_text", "string", "Name of the event at its source."),
)


@dataclass(frozen=True)
class Described:
    """A table.

    Args:
        description: What a row is.
        columns: All its columns.
    """

    description: str
    columns: tuple[Column, ...]


def read_tables(path: Path) -> dict[str, Described]:
    """By table.

    Args:
        path: A YAML file: by table `description`, `kind` (default `track`), and `columns` of its own, each a text, or `{type, description}`.

    Raises:
        InvalidYaml: The file is missing, or is something else.
    """
    try:
        found = yaml.load(path.read_bytes(), Loader=_LOADER)  # noqa: S506 - both are safe loaders
    except OSError as error:
        raise InvalidYaml(f"{path}:1: there is no such file ({type(error).__name__}).") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidYaml(f"{path}:{line}: not YAML: {error.problem}") from None
    wrong = partial("{}:1: {}: {}".format, path)
    if not isinstance(found, dict):
        raise InvalidYaml(wrong("tables", "expected an entry for each table."))
    return {str(table): _described(str(table), node, wrong) for table, node in found.items()}


def _described(table: str, node: Any, wrong: Any) -> Described:
    if not isinstance(node, Mapping) or not isinstance(node.get("description"), str):
        raise InvalidYaml(wrong(table, "expected a description, and columns if there are any."))
    own = node.get("columns") or {}
    if not isinstance(own, Mapping):
        raise InvalidYaml(wrong(table, "columns: expected a text for each column, or type and description."))
    columns = [_column(table, str(name), told, wrong) for name, told in own.items()]
    return Described(node["description"], tuple(_all(table, node.get("kind", "track"), columns)))


def _column(table: str, name: str, told: Any, wrong: Any) -> Column:
    kind, description = "string", told
    if isinstance(told, Mapping):
        kind, description = told.get("type", "string"), told.get("description")
    if kind not in get_args(ColumnType) or not isinstance(description, str):
        types = ", ".join(get_args(ColumnType))
        raise InvalidYaml(
            wrong(f"{table}.{name}", f"expected a text, or a type ({types}) and a description.")
        )
    return Column(name, cast(ColumnType, kind), description, nullable=True)


def _all(table: str, kind: str, own: Sequence[Column]) -> list[Column]:
    if table == USERS:
        return [Column("id", "string", "Id of the product's user."), RECEIVED, LOADED, *own]
    return [*IDENTITY, *TIMES, *CONTEXT, *(EVENT if kind == "track" else ()), *own]
