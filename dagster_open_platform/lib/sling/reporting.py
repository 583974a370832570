"""What Dagster is told of streams, whichever way they go.

What belongs here: metadata of specs and materializations, and names. What does not: running streams.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import dagster as dg

from dagster_open_platform.lib.sling.config import Replication, Stream
from dagster_open_platform.lib.sling.files import chain
from dagster_open_platform.lib.yaml_errors import suggestion
from dagster_open_platform.utils.databases import LOGICAL_DATABASES
from dagster_open_platform.utils.source_code import reference_to

WAREHOUSE_KIND = "snowflake"
"""Production's warehouse. The graph is the same everywhere, so the kind does not say which engine a laptop has."""


def logical_database(replication: Replication, side: Literal["source", "target"]) -> str:
    """The warehouse's database that a replication names, in any case, as one of its ends.

    Args:
        replication: The file.
        side: Which end.

    Raises:
        InvalidReplication: There is no such database.
    """
    connection = replication.source if side == "source" else replication.target
    if connection.lower() not in LOGICAL_DATABASES:
        file = next(file for file in chain(replication.path) if file.content.get(side))
        valid = [database.upper() for database in LOGICAL_DATABASES]
        raise file.error(
            [side], f"{connection!r} is no database of the warehouse.{suggestion(connection, valid)}"
        )
    return connection.lower()


def stream_reference(stream: Stream) -> dict[str, Any]:
    """Metadata that refers to the line of the replication file that declares a stream."""
    path, _, line = stream.place.rpartition(":")
    return reference_to(Path(path), int(line))


def table_schema(columns: Mapping[str, str]) -> dg.TableSchema:
    """Columns and the engine's names of their types, for the metadata ``dagster/column_schema``."""
    return dg.TableSchema(columns=[dg.TableColumn(name, kind) for name, kind in columns.items()])


def op_name(parts: Sequence[str]) -> str:
    """A name for an op out of several words."""
    return "_".join(part.replace("-", "_").replace(".", "_") for part in parts)
