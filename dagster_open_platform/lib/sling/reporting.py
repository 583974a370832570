"""What Dagster is told of streams, whichever way they go.

What belongs here: metadata of specs and materializations, names, and one failure out of many. What does not: running streams.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import dagster as dg

from dagster_open_platform.lib.sling.config import Replication, Stream
from dagster_open_platform.lib.sling.errors import StreamsFailed, StreamsInterrupted
from dagster_open_platform.lib.sling.files import chain
from dagster_open_platform.lib.yaml_errors import suggestion
from dagster_open_platform.utils.environment_helpers import LOGICAL_DATABASES
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform.utils.source_code import reference_to

WAREHOUSE_KIND = "snowflake"
"""Production's warehouse. The graph is the same everywhere, so the kind does not say which engine a laptop has."""

RETRIES = dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""For failures that may pass; permanent ones are never retried."""


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


def raise_failures(failures: Mapping[str, PermanentFailure | RetryableFailure], total: int) -> None:
    """Fail the op if streams failed, once the others are reported.

    Args:
        failures: By stream.
        total: How many streams there were.

    Raises:
        StreamsInterrupted: One of the failures may pass.
        StreamsFailed: None may.
    """
    if not failures:
        return
    lines = [f"{name}: {failure.description}" for name, failure in failures.items()]
    loaded = total - len(failures)
    message = f"{len(failures)} of {total} streams failed ({loaded} succeeded):\n" + "\n".join(lines)
    may_pass = any(isinstance(failure, RetryableFailure) for failure in failures.values())
    raise (StreamsInterrupted if may_pass else StreamsFailed)(message, metadata={"failed": sorted(failures)})


def op_name(parts: Sequence[str]) -> str:
    """A name for an op out of several words."""
    return "_".join(part.replace("-", "_").replace(".", "_") for part in parts)
