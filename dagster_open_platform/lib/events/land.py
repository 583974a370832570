"""A day's micro-batches into the landing table.

What belongs here: what the table is, and the order of the writes. What does not: what a line is (``parsing.py``), Dagster.

The stream delivers at least once: an event may come again in another file, also in that of a later day. What the table is:
of every event in the files of the days that were landed, one row, of the first of those days that brought it (of the last line
there, if it came several times that day). So it does not depend on the order in which days are landed, nor on how often. Landing
a day again replaces what the day brought: events that its files do not have any more go, unless a later day that was landed
brought them too; then they are that day's.

Every write is one transaction, and after each of them the table has one row an event and every event of the days landed before.
A run that is killed leaves at most events that the day's files do not have any more, until the day is landed again.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from dagster_open_platform.lib.columns import arrow_schema
from dagster_open_platform.lib.events.errors import BatchesGone
from dagster_open_platform.lib.events.parsing import Row, parse_batch
from dagster_open_platform.lib.events.table import ARRIVAL_DATE, COLUMNS, LOADED_AT, PRECEDENCE
from dagster_open_platform.lib.warehouse.protocol import SchemaDrift, TableRef, WarehouseConnection

if TYPE_CHECKING:
    import pyarrow as pa

    from dagster_open_platform.lib.aws.protocol import ObjectInfo, ObjectStore

_ROWS_A_BATCH = 10_000
_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class EventSource:
    """Where the micro-batches are.

    Args:
        store: Open.
        bucket: Where.
        prefix: Below which there is a folder a day, `YYYY/MM/DD`; without a slash at its end.
    """

    store: ObjectStore
    bucket: str
    prefix: str = "events"

    def files_of(self, day: dt.date) -> list[ObjectInfo]:
        """The files that the stream delivered on a day (UTC), in the order of their keys."""
        folder = f"{self.prefix}/{day:%Y/%m/%d}/"
        return [file for file in self.store.list_objects(self.bucket, folder) if file.key.endswith(".json")]


@dataclass
class LandedDay:
    """What came of a day.

    Args:
        day: Which.
        files: Its files.
        lines: Events in them, also those that came twice.
        types: How many of them by type.
        rows: Rows of the table that are the day's now.
        late_rows: Those of them that happened before the day.
        rows_moved: Events that the day's files do not have any more, and a later day's have.
        rows_deleted: Events that no file has any more.
    """

    day: dt.date
    files: list[ObjectInfo]
    lines: int = 0
    types: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    late_rows: int = 0
    rows_moved: int = 0
    rows_deleted: int = 0


def land_day(
    connection: WarehouseConnection,
    source: EventSource,
    table: TableRef,
    day: dt.date,
    landed_days: Collection[dt.date],
    now: dt.datetime,
) -> LandedDay:
    """Make the table have what a day's files say.

    Args:
        connection: Open.
        source: Where the files are.
        table: Where to; made when it is missing.
        day: Of arrival (UTC).
        landed_days: Days that were landed before, of which later ones may have brought the same events.
        now: Aware; another one each time.

    Raises:
        InvalidEvent: A line is no event. Nothing is changed.
        BatchesGone: There are no files, but there are rows of the day. Nothing is changed.
        PermanentFailure, RetryableFailure: One of the store's or the warehouse's.
    """
    landed = LandedDay(day, source.files_of(day))
    if not landed.files and (rows := _rows_of(connection, table, day)):
        raise BatchesGone(
            f"There are no files of {day} at s3://{source.bucket}/{source.prefix}/{day:%Y/%m/%d}/, but {table} has {rows} events that"
            " came in them. Nothing was changed. If the files have expired, the day cannot be landed again; if its events shall go,"
            f" delete the rows with that {ARRIVAL_DATE}."
        )
    events = _counted(_rows(source, landed.files, day, now), landed)
    connection.merge(table, _reader(events), ["event_id"], newer_by=PRECEDENCE, drift=SchemaDrift.FOLLOW)
    _replace_vanished(connection, source, table, landed, landed_days, now)
    _count_rows(connection, table, landed)
    return landed


def _rows(source: EventSource, files: Iterable[ObjectInfo], day: dt.date, now: dt.datetime) -> Iterator[Row]:
    """The rows of a day's files, in order."""
    precedence = -(day - _EPOCH).days
    for file in files:
        body, _ = source.store.get_object(source.bucket, file.key, if_match=file.etag)
        for row in parse_batch(body, f"s3://{source.bucket}/{file.key}"):
            yield {**row, ARRIVAL_DATE: day, "_file": file.key, PRECEDENCE: precedence, LOADED_AT: now}


def _counted(rows: Iterable[Row], landed: LandedDay) -> Iterator[Row]:
    for row in rows:
        landed.lines += 1
        landed.types[row["event_type"]] += 1
        yield row


def _reader(rows: Iterator[Row]) -> pa.RecordBatchReader:
    import pyarrow as pa

    schema = arrow_schema(COLUMNS)

    def batches() -> Iterator[pa.RecordBatch]:
        while some := list(islice(rows, _ROWS_A_BATCH)):
            yield pa.RecordBatch.from_pylist(some, schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def _replace_vanished(
    connection: WarehouseConnection,
    source: EventSource,
    table: TableRef,
    landed: LandedDay,
    landed_days: Collection[dt.date],
    now: dt.datetime,
) -> None:
    """Give events that the day's files do not have any more to the next day that brought them, or delete them."""
    stale = f"{ARRIVAL_DATE} = ? AND {LOADED_AT} <> ?"
    found = connection.query(
        f"SELECT event_id FROM {connection.quoted(table)} WHERE {stale}",  # noqa: S608 - quoted
        [landed.day, now],
    )
    vanished = {*found["event_id"].to_pylist()}
    for later in sorted(day for day in landed_days if day > landed.day):
        if not vanished:
            break
        rows = {
            row["event_id"]: row
            for row in _rows(source, source.files_of(later), later, now)
            if row["event_id"] in vanished
        }
        # Without a say of which is newer: these take the place of the earlier day's.
        connection.merge(table, _reader(iter(rows.values())), ["event_id"], drift=SchemaDrift.FOLLOW)
        landed.rows_moved += len(rows)
        vanished -= rows.keys()
    if vanished:
        landed.rows_deleted = connection.execute(
            f"DELETE FROM {connection.quoted(table)} WHERE {stale}",  # noqa: S608 - quoted
            [landed.day, now],
        )


def _rows_of(connection: WarehouseConnection, table: TableRef, day: dt.date) -> int:
    if connection.columns(table) is None:
        return 0
    sql = f"SELECT count(*) AS n FROM {connection.quoted(table)} WHERE {ARRIVAL_DATE} = ?"  # noqa: S608 - quoted
    return _number(connection, sql, day)


def _count_rows(connection: WarehouseConnection, table: TableRef, landed: LandedDay) -> None:
    midnight = dt.datetime.combine(landed.day, dt.time(), tzinfo=dt.UTC)
    landed.rows = _rows_of(connection, table, landed.day)
    landed.late_rows = _number(
        connection,
        f"SELECT count(*) AS n FROM {connection.quoted(table)} WHERE {ARRIVAL_DATE} = ? AND occurred_at < ?",  # noqa: S608 - quoted
        landed.day,
        midnight,
    )


def _number(connection: WarehouseConnection, sql: str, *values: Any) -> int:
    return connection.query(sql, values)["n"][0].as_py()
