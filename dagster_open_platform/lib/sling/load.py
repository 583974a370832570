"""From an extracted file into the warehouse, under the contract of the stream's mode.

What belongs here: the contracts, reading the file, the watermark. What does not: extracting (`ingest.py`).

The contracts. S is what the source's query answered; every write is one transaction of the warehouse.

- full-refresh: the table is S: its rows, its columns, its types.
- truncate: the rows are those of S; the table's columns stay, new ones are added, vanished ones are null.
- incremental: every row of S whose update key is not older than the newest in the table less the lookback, or is null, is in
  the table, one row a key, and no row is replaced by an older one; all other rows stay as they are. So deletes do not arrive, nor
  updates that leave the update key behind. New columns are added and are null in rows that were not loaded since; vanished
  ones keep their last values. A column of another type is an error; a full refresh makes the table anew.
- snapshot: S is appended; `_sling_loaded_at` tells the snapshots apart. A load that is repeated with the same one (the retry
  of a run) replaces what it had appended.

A full refresh makes incremental and truncate tables anew, with the columns and types of S.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_open_platform.lib.sling.columns import LOSSY, Plan, alias, arrow_type
from dagster_open_platform.lib.sling.config import Mode, Stream
from dagster_open_platform.lib.sling.errors import (
    InvalidReplication,
    SlingRefused,
    SlingUnavailable,
    UnrepresentableValue,
)
from dagster_open_platform.lib.warehouse.protocol import (
    SchemaDrift,
    TableRef,
    WarehouseConnection,
    Window,
    WriteResult,
)

if TYPE_CHECKING:
    import pyarrow as pa

LOADED_AT = "_sling_loaded_at"
"""When a row was loaded: the start of its load, UTC."""


def load(
    connection: WarehouseConnection,
    table: TableRef,
    rows: pa.RecordBatchReader,
    stream: Stream,
    *,
    anew: bool,
    loaded_at: dt.datetime,
) -> WriteResult:
    """Write the rows under the contract of the stream's mode.

    Args:
        connection: Open.
        table: Where to.
        rows: As `read_extract` gives them.
        stream: Its mode and keys.
        anew: Whether an incremental or truncate table is made anew from all rows of the source.
        loaded_at: The moment in the rows' `_sling_loaded_at`.

    Raises:
        UnrepresentableValue: A value would not survive. Nothing is changed.
        PermanentFailure, RetryableFailure: One of the warehouse's. Nothing is changed.
    """
    match stream.mode:
        case Mode.FULL_REFRESH:
            return connection.replace_table(table, rows)
        case Mode.TRUNCATE:
            return connection.replace_table(table, rows, keep_columns=not anew)
        case Mode.SNAPSHOT:
            snapshot = Window(LOADED_AT, loaded_at, loaded_at + dt.timedelta(microseconds=1))
            return connection.replace_window(table, rows, snapshot, drift=SchemaDrift.FOLLOW)
        case Mode.INCREMENTAL if anew:
            return connection.replace_table(table, rows)
        case Mode.INCREMENTAL:
            # A key that only counts up says nothing of which of two rows with it is newer.
            newer_by = None if stream.update_key in stream.primary_key else stream.update_key
            return connection.merge(
                table, rows, stream.primary_key, newer_by=newer_by, drift=SchemaDrift.FOLLOW
            )


def watermark(
    connection: WarehouseConnection, table: TableRef, stream: Stream, now: dt.datetime
) -> Any | None:
    """From which value of the update key an incremental stream reads; None: from the beginning.

    Args:
        connection: Open.
        table: The stream's table.
        stream: An incremental one.
        now: Aware. A key that lies in the future (a clock that was wrong) counts as this moment, or it would hide all that
            comes until then.

    Raises:
        InvalidReplication: The lookback does not fit the update key.
    """
    key = str(stream.update_key)
    if key.lower() not in (connection.columns(table) or {}):
        return None
    newest = connection.query(f'select max("{key.lower()}") as newest from {connection.quoted(table)}')  # noqa: S608 - a column of the table
    value: Any = newest.column("newest")[0].as_py()
    if value is None:
        return None
    if isinstance(value, dt.datetime):
        value = min(value, now if value.tzinfo else now.astimezone(dt.UTC).replace(tzinfo=None))
    elif isinstance(value, dt.date):
        value = min(value, now.astimezone(dt.UTC).date())
    try:
        return value if stream.lookback is None else value - stream.lookback
    except OverflowError:
        return None  # before the first year there is nothing
    except TypeError as error:
        raise InvalidReplication(
            f"{stream.place}: meta.lookback is {stream.lookback!r}, but {stream.update_key} of {stream.name} is a"
            f" {type(value).__name__}; expected a duration for a time and a number for a number."
        ) from error


def since(stream: Stream, value: Any) -> str:
    """The condition at the source that selects what an incremental stream has to read.

    Args:
        stream: An incremental one.
        value: Its watermark.
    """
    from psycopg import sql

    # Not `>`: rows that were written at the same moment may have been committed later.
    condition = sql.SQL("{key} >= {value} or {key} is null")
    return condition.format(key=sql.Identifier(str(stream.update_key)), value=sql.Literal(value)).as_string(
        None
    )


def read_extract(
    path: Path, plans: Sequence[Plan], stream: Stream, loaded_at: dt.datetime
) -> tuple[pa.RecordBatchReader, int]:
    """Open an extracted file: batches of the planned types with `_sling_loaded_at`, and how many rows there are.

    Args:
        path: An Arrow file.
        plans: Of the columns that were selected.
        stream: For messages.
        loaded_at: Aware.

    Raises:
        SlingUnavailable: It is not a whole file.
        SlingRefused: It lacks columns.
    """
    import pyarrow as pa
    from pyarrow import ipc

    try:
        file = ipc.open_file(pa.memory_map(str(path)))
        batches = [file.get_batch(number) for number in range(file.num_record_batches)]
    except (OSError, pa.ArrowInvalid) as error:
        raise SlingUnavailable(
            f"Sling's file of {stream.name} is not there or not whole: {str(error)[:200]}. Nothing was changed."
        ) from error
    missing = {LOSSY, *(alias(number) for number in range(len(plans)))} - set(file.schema.names)
    if missing:
        raise SlingRefused(
            f"Sling's file of {stream.name} lacks {', '.join(sorted(missing))}. Nothing was changed."
        )
    fields = [pa.field(plan.name.lower(), arrow_type(plan)) for plan in plans]
    schema = pa.schema([*fields, pa.field(LOADED_AT, pa.timestamp("us", tz="UTC"))])

    def converted() -> Iterator[pa.RecordBatch]:
        for batch in batches:
            _refuse_lossy(batch, plans, stream)
            arrays = [_column(batch, number, plan, stream) for number, plan in enumerate(plans)]
            moment = pa.scalar(loaded_at, schema.field(LOADED_AT).type)
            yield pa.RecordBatch.from_arrays([*arrays, pa.repeat(moment, batch.num_rows)], schema=schema)

    return pa.RecordBatchReader.from_batches(schema, converted()), sum(batch.num_rows for batch in batches)


def _refuse_lossy(batch: pa.RecordBatch, plans: Sequence[Plan], stream: Stream) -> None:
    import pyarrow.compute as pc

    count = pc.call_function("sum", [batch.column(LOSSY).cast("int64")]).as_py()
    if count:
        columns = ", ".join(plan.name for plan in plans if plan.lossy)
        raise UnrepresentableValue(
            f"{stream.place}: {count} rows or more of {stream.name} hold NaN, or a time that is infinite or outside the years 1 to"
            f" 9999, in one of {columns}. Nothing was changed. Leave the rows out with `where`, or take the column as text with"
            " `columns: {name: string}`."
        )


def _column(batch: pa.RecordBatch, number: int, plan: Plan, stream: Stream) -> pa.Array:
    import pyarrow as pa

    found, wanted = batch.column(alias(number)), arrow_type(plan)
    if found.type == wanted:
        return found
    try:
        return found.cast(wanted, safe=True)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise UnrepresentableValue(
            f"{stream.place}: column {plan.name} of {stream.name} arrived as {found.type}, which cannot be read as {wanted}:"
            f" {str(error)[:200]}. Nothing was changed. Take the column as text with `columns: {{{plan.name}: string}}`."
        ) from error
