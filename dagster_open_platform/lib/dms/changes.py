"""What is in change files: one Arrow stream of rows as the change table has them.

What belongs here: reading, checking and converting. What does not: fetching files (``files.py``), merging (``apply.py``).

A change file has the columns `Op` (I, U or D; a full load has I), `dms_sequence` (grows with each change; 0 in a full load),
`dms_committed_at` (UTC) and those of the table at the source. A delete has the key and nulls. The stream has the rows of all
files, file by file in the order given. It is neither sorted by key nor free of repetitions: that a key's newest change wins is
the work of the warehouse's merge, which can do it outside of memory.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dagster_open_platform.lib.dms.errors import ChangedColumnType, InvalidChangeFile, UnreadableChangeFile
from dagster_open_platform.lib.warehouse.errors import UnrepresentableValue

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from dagster_open_platform.lib.dms.files import FetchedFile
    from dagster_open_platform.lib.dms.tables import ChangeTable

SEQUENCE = "_dms_sequence"
"""Of the newest change of a row; 0: none since the full load."""
COMMITTED_AT = "_dms_committed_at"
"""When that change was committed at the source (UTC)."""
DELETED = "_dms_deleted"
"""Whether that change deleted the row: then its other columns, but for the key, are null."""

_OPERATION, _SEQUENCE, _COMMITTED_AT = "op", "dms_sequence", "dms_committed_at"
OPERATIONS = ("I", "U", "D")
_BUFFER_BYTES = 1024 * 1024
ROWS_PER_BATCH = 65_536
RELOAD = (
    "If the source is right: have DMS load the table anew, take the older files away, and materialize with the config"
    " full_refresh: true, which makes the table from the files that are there."
)
"""What to do about a column that changed its type."""


@dataclass
class FileFacts:
    """What was found in a file, once it is read.

    Args:
        rows: How many changes.
        operations: How many of each.
        last_sequence: The greatest.
        last_committed_at: The latest.
    """

    rows: int = 0
    operations: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OPERATIONS, 0))
    last_sequence: int = 0
    last_committed_at: dt.datetime | None = None


class Changes:
    """The rows of some change files, read once.

    Args:
        table: Whose they are.
        files: In order.
        known: Columns that the change table has, in lower case.

    Raises:
        UnreadableChangeFile: One is no whole Parquet file.
        InvalidChangeFile: One lacks a column that every change has.
        ChangedColumnType: Two have a column with different types.
    """

    def __init__(self, table: ChangeTable, files: Sequence[FetchedFile], known: Collection[str]) -> None:
        self._table = table
        self._files = files
        self.facts: dict[str, FileFacts] = {one.file.key: FileFacts() for one in files}
        """By key; complete once the stream was read."""
        self.schema = self._unified(known)

    def reader(self) -> pa.RecordBatchReader:
        """The stream.

        Raises (while it is read):
            UnreadableChangeFile: A file is damaged.
            InvalidChangeFile: A change has no key, no sequence, or an unknown operation.
            UnrepresentableValue: A value does not fit the type that the warehouse has for it.
        """
        import pyarrow as pa

        return pa.RecordBatchReader.from_batches(self.schema, self._batches())

    def _unified(self, known: Collection[str]) -> pa.Schema:
        """Columns of all files, then those that only the table has, as nulls, then those of every change."""
        import pyarrow as pa

        found: dict[str, tuple[pa.DataType, str]] = {}
        for one in self._files:
            with _opened(one) as file:
                schema = file.schema_arrow
            self._require(one, schema)
            for column in schema:
                self._add(found, column, one.place)
        # A column that holds only nulls everywhere gets its type from the table; without one it waits for a value.
        typed = {
            name: kind for name, (kind, _) in found.items() if not pa.types.is_null(kind) or name in known
        }
        own = (SEQUENCE, COMMITTED_AT, DELETED)
        absent = {name: pa.null() for name in known if name not in typed and name not in own}
        return pa.schema(
            {
                **typed,
                **absent,
                SEQUENCE: pa.int64(),
                COMMITTED_AT: pa.timestamp("us", tz="UTC"),
                DELETED: pa.bool_(),
            }
        )

    def _require(self, one: FetchedFile, schema: pa.Schema) -> None:
        names = [name.lower() for name in schema.names]
        wanted = [_OPERATION, _SEQUENCE, _COMMITTED_AT, *self._table.key]
        missing = [name for name in wanted if names.count(name) != 1]
        if missing:
            raise InvalidChangeFile(
                f"{one.place} has {', '.join(missing)} not exactly once; it has: {', '.join(schema.names)}. Every change file of"
                f" {self._table.name} needs them (DMS's settings IncludeOpForFullLoad, TimestampColumnName and a transformation"
                " that adds dms_sequence). Nothing was changed."
            )

    def _add(self, found: dict[str, tuple[pa.DataType, str]], column: pa.Field, place: str) -> None:
        import pyarrow as pa

        from dagster_open_platform.lib.warehouse.arrow import shared_type

        name = column.name.lower()
        if name in (_OPERATION, _SEQUENCE, _COMMITTED_AT) or name in self._table.omit:
            return
        # A type that the warehouse does not have is refused by the warehouse, with all columns that have one.
        kind = shared_type(column.type) or column.type
        before, first = found.setdefault(name, (kind, place))
        if pa.types.is_null(before):
            found[name] = (kind, place)
        elif before != kind and not pa.types.is_null(kind):
            raise ChangedColumnType(
                f"Column {name!r} of {self._table.name} is {before} in {first} and {kind} in {place}. Nothing was changed."
                f" {RELOAD}"
            )

    def _batches(self) -> Iterator[pa.RecordBatch]:
        for one in self._files:
            with _opened(one) as file:
                for batch in file.iter_batches(ROWS_PER_BATCH):
                    yield self._converted(one, batch)

    def _converted(self, one: FetchedFile, batch: pa.RecordBatch) -> pa.RecordBatch:
        import pyarrow as pa
        import pyarrow.compute as pc

        columns = dict(zip((name.lower() for name in batch.schema.names), batch.columns, strict=True))
        operation = columns.pop(_OPERATION).cast(pa.string())
        columns[SEQUENCE], columns[COMMITTED_AT] = columns.pop(_SEQUENCE), columns.pop(_COMMITTED_AT)
        self._check(one, columns, operation)
        columns[DELETED] = pc.call_function("equal", [operation, pa.scalar("D")])
        arrays = [
            _cast(columns[field.name], field, one.place)
            if field.name in columns
            else pa.nulls(batch.num_rows, field.type)
            for field in self.schema
        ]
        converted = pa.RecordBatch.from_arrays(arrays, schema=self.schema)
        self._count(self.facts[one.file.key], converted, operation)
        return converted

    def _check(self, one: FetchedFile, columns: dict[str, pa.Array], operation: pa.Array) -> None:
        for name in (*self._table.key, SEQUENCE, COMMITTED_AT):
            if columns[name].null_count:
                raise InvalidChangeFile(
                    f"{one.place} has {columns[name].null_count} changes or more without a value in {name.removeprefix('_')}."
                    " Nothing was changed. Have DMS write it anew, or take the file away."
                )
        strange = {*operation.unique().to_pylist()} - {*OPERATIONS}
        if strange:
            raise InvalidChangeFile(
                f"{one.place} has changes with the operation {', '.join(sorted(map(repr, strange)))}; expected"
                f" {', '.join(OPERATIONS)}. Nothing was changed."
            )

    def _count(self, facts: FileFacts, batch: pa.RecordBatch, operation: pa.Array) -> None:
        import pyarrow.compute as pc

        if not batch.num_rows:
            return
        facts.rows += batch.num_rows
        for each in operation.value_counts().to_pylist():
            facts.operations[each["values"]] += each["counts"]
        facts.last_sequence = max(facts.last_sequence, pc.call_function("max", [batch[SEQUENCE]]).as_py())
        latest = pc.call_function("max", [batch[COMMITTED_AT]]).as_py()
        facts.last_committed_at = max(facts.last_committed_at or latest, latest)


@contextmanager
def _opened(one: FetchedFile) -> Iterator[pq.ParquetFile]:
    """Open a file; what is wrong with it, also while it is read, is an error that names it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # Buffered, or each column of a row group would be in memory as a whole.
        with pq.ParquetFile(one.path, buffer_size=_BUFFER_BYTES) as file:
            yield file
    except (pa.ArrowInvalid, OSError) as error:
        raise UnreadableChangeFile(
            f"{one.place} ({one.file.size} bytes) is no whole Parquet file: {str(error)[:200]}. Nothing was changed. Have DMS"
            " write it anew, or take it away if its changes are in another one."
        ) from error


def _cast(column: pa.Array, field: pa.Field, place: str) -> pa.Array:
    import pyarrow as pa

    if column.type == field.type:
        return column
    try:
        return column.cast(field.type, safe=True)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise UnrepresentableValue(
            f"Column {field.name!r} of {place} holds values that do not fit {field.type} without loss: {str(error)[:200]}."
            " Nothing was changed."
        ) from error
