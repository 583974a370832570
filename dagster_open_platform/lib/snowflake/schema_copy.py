"""Tables of one warehouse into another, each read and written batch by batch.

What belongs here: the contract of a copy, and what came of it. What does not: Dagster (``schema_replication.py``).

The contract. Without an incremental column the copy is the source: its rows, columns and types, replaced in one transaction. With
one, every row of the source whose value there is not less than the greatest in the copy, or is null, is in the copy, one row a key,
and no row is replaced by an older one; all others stay as they are, so deletes do not arrive. New columns are added, and columns that
the source has dropped keep their last values; a column of another type is an error, which a full refresh mends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dagster_open_platform.lib.warehouse.errors import MissingObject
from dagster_open_platform.lib.warehouse.identifiers import validated
from dagster_open_platform.lib.warehouse.protocol import (
    SchemaDrift,
    TableRef,
    WarehouseConnection,
    WriteResult,
)

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class TableCopy:
    """A table that is copied.

    Args:
        source: In the warehouse that is read.
        target: In the warehouse that is written.
        key: Columns that identify a row.
        incremental_column: Grows when a row is written; None: the table is copied whole.
    """

    source: TableRef
    target: TableRef
    key: tuple[str, ...]
    incremental_column: str | None = None


@dataclass(frozen=True)
class CopiedTable:
    """What came of a copy.

    Args:
        copy: Which.
        rows_read: Rows of the source that were read.
        written: What the write did.
        since: From which value of the incremental column was read; None: everything was.
        source_rows: Rows of the source, afterwards.
        target_rows: Rows of the copy, afterwards.
        repeated_keys: Keys that more than one row of the copy has.
        columns: Of the copy, with the engine's types.
    """

    copy: TableCopy
    rows_read: int
    written: WriteResult
    since: Any | None
    source_rows: int
    target_rows: int
    repeated_keys: int
    columns: Mapping[str, str]


def copy_table(
    source: WarehouseConnection, target: WarehouseConnection, copy: TableCopy, *, anew: bool = False
) -> CopiedTable:
    """Bring a table's rows over.

    Args:
        source: Open; only read.
        target: Open.
        copy: Which table.
        anew: Whether an incremental copy is made anew, from all rows of the source.

    Raises:
        MissingObject: The source has no such table. Nothing is changed.
        PermanentFailure, RetryableFailure: One of either warehouse's. Nothing is changed.
    """
    if source.columns(copy.source) is None:
        raise MissingObject(
            f"The source has no table {copy.source}, or its role must not see it. {copy.target} stays as it is. If the table is gone"
            " for good, take it out of `tables`."
        )
    since = None if anew or copy.incremental_column is None else _watermark(target, copy)
    sql = f"SELECT * FROM {source.quoted(copy.source)}"  # noqa: S608 - quoted
    if since is not None:
        column = validated(str(copy.incremental_column), "column")
        # Not `>`: rows of the same moment may have been committed later.
        sql += f" WHERE {column} >= ? OR {column} IS NULL"
    counter = _Counter()
    with source.read(sql, [] if since is None else [since]) as rows:
        counted = counter.counted(rows)
        if copy.incremental_column is None or anew:
            written = target.replace_table(copy.target, counted)
        else:
            written = target.merge(
                copy.target, counted, copy.key, newer_by=copy.incremental_column, drift=SchemaDrift.FOLLOW
            )
    return CopiedTable(
        copy=copy,
        rows_read=counter.rows,
        written=written,
        since=since,
        source_rows=_count(source, source.quoted(copy.source)) if copy.incremental_column else counter.rows,
        target_rows=_count(target, target.quoted(copy.target)),
        repeated_keys=_repeated(target, copy),
        columns=target.columns(copy.target) or {},
    )


class _Counter:
    """Counts the rows of a stream as they pass."""

    def __init__(self) -> None:
        self.rows = 0

    def counted(self, reader: pa.RecordBatchReader) -> pa.RecordBatchReader:
        import pyarrow as pa

        def batches() -> Iterator[pa.RecordBatch]:
            for batch in reader:
                self.rows += batch.num_rows
                yield batch

        return pa.RecordBatchReader.from_batches(reader.schema, batches())


def _watermark(target: WarehouseConnection, copy: TableCopy) -> Any | None:
    """The greatest value of the incremental column in the copy; None if there is none."""
    column = validated(str(copy.incremental_column), "column")
    if column.lower() not in (target.columns(copy.target) or {}):
        return None
    found = target.query(f"SELECT max({column}) AS newest FROM {target.quoted(copy.target)}")  # noqa: S608 - validated and quoted
    return found["newest"][0].as_py()


def _repeated(target: WarehouseConnection, copy: TableCopy) -> int:
    key = ", ".join(validated(name, "column") for name in copy.key)
    return _count(
        target,
        f"(SELECT {key} FROM {target.quoted(copy.target)} GROUP BY {key} HAVING count(*) > 1) AS repeated",  # noqa: S608 - validated and quoted
    )


def _count(connection: WarehouseConnection, relation: str) -> int:
    return connection.query(f"SELECT count(*) AS n FROM {relation}")["n"][0].as_py()  # noqa: S608 - quoted
