"""What Dagster is told of streams, whichever way they go.

What belongs here: metadata of a materialization, and one failure out of many. What does not: running streams.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from dagster_open_platform.lib.sling.config import Replication, Stream
from dagster_open_platform.lib.sling.errors import InvalidReplication, StreamsFailed, StreamsInterrupted
from dagster_open_platform.lib.yaml_errors import suggestion
from dagster_open_platform.utils.environment_helpers import LOGICAL_DATABASES
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform.utils.source_code import reference_to

WAREHOUSE_KIND = "snowflake"
"""Production's warehouse. The graph is the same everywhere, so the kind does not say which engine a laptop has."""

RETRIES = dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)
"""For failures that may pass; permanent ones are never retried."""


def logical_database(connection: str, replication: Replication) -> str:
    """The warehouse's database that a replication names as one of its ends.

    Args:
        connection: The name: that of the database, in any case.
        replication: For the message.

    Raises:
        InvalidReplication: There is no such database.
    """
    name = connection.lower()
    if name not in LOGICAL_DATABASES:
        raise InvalidReplication(
            f"{replication.path}: {connection!r} is no database of the warehouse."
            + suggestion(connection, [database.upper() for database in LOGICAL_DATABASES])
        )
    return name


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
