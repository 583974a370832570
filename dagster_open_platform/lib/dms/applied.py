"""Which change files were applied to which table: a bookkeeping table beside the change tables.

What belongs here: writing and reading it. What does not: deciding what to apply (``files.py``).

A file is noted after its changes are in the table. If a run is killed between the two, the file is applied once more, which
changes nothing, for a row is never replaced by an older change; so the table is right at every moment, and the bookkeeping
after the next run. Where the table itself is missing, nothing counts as applied.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_open_platform.lib.columns import Column, arrow_schema
from dagster_open_platform.lib.warehouse.protocol import TableRef, WarehouseConnection

if TYPE_CHECKING:
    from dagster_open_platform.lib.aws.protocol import ObjectInfo
    from dagster_open_platform.lib.dms.changes import FileFacts

BOOKKEEPING = "_applied_files"
"""Name of the table, in the schema of the change tables."""

COLUMNS = (
    Column("table_name", "string", "Change table."),
    Column("file_key", "string", "Key of the file in its bucket."),
    Column("etag", "string", "Of the bytes that were applied."),
    Column("size_bytes", "integer", "Size of the file."),
    Column("change_count", "integer", "Changes in it."),
    Column("last_sequence", "integer", "Greatest sequence in it."),
    Column("last_committed_at", "timestamp", "When its latest change was committed.", nullable=True),
    Column("applied_at", "timestamp", "When it was applied (UTC)."),
)


@dataclass(frozen=True)
class AppliedFile:
    """A file whose changes are in a table.

    Args:
        file: As it was listed.
        facts: What was in it.
    """

    file: ObjectInfo
    facts: FileFacts


def bookkeeping_of(table: TableRef) -> TableRef:
    """The bookkeeping table of a change table."""
    return TableRef(table.database, table.schema, BOOKKEEPING)


def note_applied(
    connection: WarehouseConnection, table: TableRef, files: Sequence[AppliedFile], now: dt.datetime
) -> None:
    """Note that files were applied, in one transaction.

    Args:
        connection: Open.
        table: The change table.
        files: What was applied.
        now: Aware.
    """
    import pyarrow as pa

    rows = [
        {
            "table_name": table.name,
            "file_key": one.file.key,
            "etag": one.file.etag,
            "size_bytes": one.file.size,
            "change_count": one.facts.rows,
            "last_sequence": one.facts.last_sequence,
            "last_committed_at": one.facts.last_committed_at,
            "applied_at": now,
        }
        for one in files
    ]
    noted = pa.Table.from_pylist(rows, schema=arrow_schema(COLUMNS))
    connection.merge(bookkeeping_of(table), noted, ["table_name", "file_key"])


def forget_applied(connection: WarehouseConnection, table: TableRef) -> None:
    """Forget which files were applied to a table."""
    if connection.columns(bookkeeping_of(table)) is not None:
        connection.execute(
            f"DELETE FROM {connection.quoted(bookkeeping_of(table))} WHERE table_name = ?",  # noqa: S608 - quoted
            [table.name],
        )


def applied_etags(connection: WarehouseConnection, table: TableRef) -> Mapping[str, str]:
    """Return the ETag by key of the files that were applied to a table; none if there is no such table."""
    if connection.columns(table) is None or connection.columns(bookkeeping_of(table)) is None:
        return {}
    found = connection.query(
        f"SELECT file_key, etag FROM {connection.quoted(bookkeeping_of(table))} WHERE table_name = ?",  # noqa: S608 - quoted
        [table.name],
    )
    return dict(zip(found["file_key"].to_pylist(), found["etag"].to_pylist(), strict=True))


def last_applied_sequence(connection: WarehouseConnection, table: TableRef) -> int | None:
    """Return the greatest sequence in any file that was applied to a table; None if there is none."""
    found = connection.query(
        f"SELECT max(last_sequence) AS n FROM {connection.quoted(bookkeeping_of(table))} WHERE table_name = ?",  # noqa: S608 - quoted
        [table.name],
    )
    return found["n"][0].as_py()
