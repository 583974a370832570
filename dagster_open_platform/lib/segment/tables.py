"""What a row of each table is and which columns it has, from a file beside the component's instance.

What belongs here: what an entry of it says, and the columns that all tables have. What does not: which tables an instance has (`component.py`).
Source of the shared columns: https://segment.com/docs/connections/storage/warehouses/schema/.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dagster_open_platform.lib.columns import Column
from dagster_open_platform.lib.segment.names import USERS
from dagster_open_platform.lib.table_files import columns_of, read_table_file
from dagster_open_platform.lib.yaml_errors import InvalidYaml

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
        path: A YAML file: by table `description`, `kind` (default `track`), and `columns` of its own (`lib/table_files.py`).

    Raises:
        InvalidYaml: The file is missing, or is something else.
    """
    found = read_table_file(path, "an entry for each table")
    return {str(table): _described(path, str(table), node) for table, node in found.items()}


def _described(path: Path, table: str, node: Any) -> Described:
    if not isinstance(node, Mapping) or not isinstance(node.get("description"), str):
        raise InvalidYaml(f"{path}:1: {table}: expected a description, and columns if there are any.")
    own = list(columns_of(path, table, node.get("columns") or {}))
    return Described(node["description"], tuple(_all(table, node.get("kind", "track"), own)))


def _all(table: str, kind: str, own: Sequence[Column]) -> list[Column]:
    if table == USERS:
        return [Column("id", "string", "Id of the product's user."), RECEIVED, LOADED, *own]
    return [*IDENTITY, *TIMES, *CONTEXT, *(EVENT if kind == "track" else ()), *own]
