"""Tables of the warehouse into a reporting database: Sling brings them to a landing table, one transaction publishes each.

What belongs here: the order of the work and what came of each stream. What does not: the transaction (`lib/postgres/publish.py`),
Dagster (`egress.py`).

What Sling 1.4.10 does to values on its way from DuckDB to Postgres was measured: a carriage return before a line feed is lost, NaN
becomes null, and one infinite or impossible date makes the whole column a text; everything else survives, if its type is pinned.
So a carriage return travels as a character that no text has, a table with the others is refused, and each column travels under
a name of our own: Sling changes many names, and guesses the types of those.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_open_platform.lib.postgres.errors import DatabaseBusy, classified
from dagster_open_platform.lib.postgres.publish import Landed, Published, publish
from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform.lib.sling.columns import alias
from dagster_open_platform.lib.sling.config import Replication, Stream
from dagster_open_platform.lib.sling.connections import (
    postgres_type,
    sling_type,
    source_column,
    warehouse_connection,
)
from dagster_open_platform.lib.sling.diagnosis import stream_failure
from dagster_open_platform.lib.sling.errors import UnrepresentableValue, UnsupportedColumn
from dagster_open_platform.lib.sling.resource import SlingResource
from dagster_open_platform.lib.sling.runner import StreamOutcome
from dagster_open_platform.lib.warehouse.errors import MissingObject
from dagster_open_platform.lib.warehouse.protocol import WarehouseConnection
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

if TYPE_CHECKING:
    import psycopg

LANDING_SCHEMA = "_sling_landing"
"""Where Sling puts rows before they are published."""

# A private-use character of Unicode stands for a carriage return on the way.
_STAND_IN = 0xE00D
_TIMES = {"date": "date", "timestamp": "timestamp", "timestampz": "timestamptz"}
_LAST = {"date": "9999-12-31", **dict.fromkeys(("timestamp", "timestampz"), "9999-12-31 23:59:59.999999")}
_LONGEST_NAME = 63


@dataclass(frozen=True)
class StreamPublished:
    """A stream whose table is published.

    Args:
        stream: Which.
        published: What the publication did.
        seconds: How long its transaction took.
    """

    stream: Stream
    published: Published
    seconds: float


@dataclass(frozen=True)
class StreamUnpublished:
    """A stream whose table is as it was."""

    stream: Stream
    failure: PermanentFailure | RetryableFailure


@dataclass(frozen=True)
class _Column:
    """A column on its way: its name at both ends, what it is called in the warehouse's SQL, and Sling's type of it."""

    name: str
    source: str
    kind: str

    @property
    def selected(self) -> str:
        """What Sling selects."""
        return f"replace({self.source}, chr(13), chr({_STAND_IN}))" if self.kind == "text" else self.source

    @property
    def lossy(self) -> str:
        """SQL that is true for a value that does not survive; empty: all do."""
        if self.kind == "float":
            return f"{self.source} = 'NaN'"
        if self.kind == "text":
            return f"position(chr({_STAND_IN}) in {self.source}) > 0"
        if self.kind in _TIMES:
            first, last = (
                f"cast('{day}' as {_TIMES[self.kind]})" for day in ("0001-01-01", _LAST[self.kind])
            )
            return f"{self.source} not between {first} and {last}"
        return ""

    def landed(self, number: int) -> Landed:
        """What is published."""
        restored = f"replace({{}}, U&'\\{_STAND_IN:04X}', E'\\r')" if self.kind == "text" else "{}"
        return Landed(alias(number), postgres_type(self.kind), restored)


@dataclass(frozen=True)
class _Job:
    """A stream that can be carried."""

    stream: Stream
    columns: tuple[_Column, ...]
    table: str

    @property
    def landing(self) -> str:
        """The landing table; Sling appends a few letters, and a name in Postgres has 63 bytes."""
        name = f"{self.stream.schema}__{self.stream.table}"
        return name if len(name) <= 50 else f"{name[:40]}_{hashlib.sha256(name.encode()).hexdigest()[:9]}"

    def configuration(self) -> dict[str, object]:
        """The stream as Sling is told of it."""
        selected = [f'{column.selected} as "{alias(i)}"' for i, column in enumerate(self.columns)]
        condition = f" where {self.stream.where}" if self.stream.where else ""
        return {
            "object": f"{LANDING_SCHEMA}.{self.landing}",
            "mode": "full-refresh",
            "sql": f"select {', '.join(selected)} from {self.table}{condition}",  # noqa: S608 - columns of the table
            "columns": {alias(i): column.kind for i, column in enumerate(self.columns)},
            # It is read once, by the same run: it needs no log for a crash.
            "target_options": {"table_ddl": "create unlogged table {object_name} ({col_types})"},
        }


@dataclass
class Publication:
    """One run of some streams of an egress replication.

    Args:
        replication: The file; its source is a database of the warehouse.
        database: Logical name of that.
        postgres: Opens the target.
        sling: Carries.
        warehouse: The source.
    """

    replication: Replication
    database: str
    postgres: PostgresResource
    sling: SlingResource
    warehouse: WarehouseResource

    def run(self, streams: Collection[str]) -> Iterator[StreamPublished | StreamUnpublished]:
        """Publish streams; one that fails does not keep the others from being published.

        Args:
            streams: Names of streams of the replication.

        Yields:
            What came of each, when it is known.

        Raises:
            PermanentFailure, RetryableFailure: The warehouse or the target cannot be opened, or another run publishes the same
                replication; nothing was changed.
        """
        wanted = [stream for stream in self.replication.streams if stream.name in streams]
        jobs: dict[str, _Job] = {}
        with self.warehouse.connect() as connection:
            for stream in wanted:
                try:
                    jobs[stream.name] = self._job(connection, stream)
                except (PermanentFailure, RetryableFailure) as failure:
                    yield StreamUnpublished(stream, failure)
        if jobs:
            with self._alone(jobs) as connection:
                yield from self._carry(connection, jobs)

    def _job(self, connection: WarehouseConnection, stream: Stream) -> _Job:
        schema, name = stream.name.split(".")
        table = self.warehouse.table(self.database, schema, name)
        found = connection.columns(table)
        if found is None:
            raise MissingObject(
                f"{stream.place}: the warehouse has no table {table}. The published table stays as it is. Has the model been built?"
            )
        if missing := sorted({*stream.include, *stream.exclude, *stream.primary_key} - found.keys()):
            raise UnsupportedColumn(
                f"{stream.place}: {table} has no column {', '.join(missing)}; it has: {', '.join(found)}."
            )
        place = f"{stream.place}: {table}"
        if too_long := [part for part in (stream.table, *found) if len(part.encode()) > _LONGEST_NAME]:
            raise UnsupportedColumn(
                f"{place}: {too_long[0]} is longer than names are in Postgres: {_LONGEST_NAME} bytes."
            )
        columns = tuple(
            _Column(column, source_column(self.warehouse, column), sling_type(column, kind, place))
            for column, kind in found.items()
            if column not in stream.exclude and (not stream.include or column in stream.include)
        )
        job = _Job(stream, columns, connection.quoted(table))
        _refuse_lossy(connection, job)
        return job

    @contextlib.contextmanager
    def _alone(self, jobs: Mapping[str, _Job]) -> Iterator[psycopg.Connection]:
        """Keep other runs of the same replication away, and remove landing tables, also those of a run that was killed.

        Yields the session that holds the lock: who has lost it can't publish.
        """
        from psycopg import errors, sql

        drops = [
            sql.SQL("drop table if exists {}").format(sql.Identifier(LANDING_SCHEMA, name))
            for job in jobs.values()
            for name in (job.landing, f"{job.landing}_tmp")
        ]

        def drop(connection: psycopg.Connection) -> None:
            for statement in drops:
                connection.execute(statement)
            # The lock belongs to the session, and an open transaction would keep vacuum from the whole database.
            connection.commit()

        with self.postgres.connect(self.replication.target) as connection:
            try:
                connection.execute(
                    "select pg_advisory_lock(hashtextextended(%s, 0))",
                    [f"egress {self.replication.path.stem}"],
                )
            except errors.LockNotAvailable as error:
                raise DatabaseBusy(
                    f"Another run publishes {self.replication.path.stem} to {self.replication.target}. It may pass."
                ) from error
            drop(connection)
            try:
                yield connection
            finally:
                drop(connection)

    def _carry(
        self, connection: psycopg.Connection, jobs: Mapping[str, _Job]
    ) -> Iterator[StreamPublished | StreamUnpublished]:
        target = self.replication.target
        configuration = {
            "source": "WAREHOUSE",
            "target": target,
            "streams": {name: job.configuration() for name, job in jobs.items()},
        }
        connections = {
            **warehouse_connection(self.warehouse, self.database),
            target: self.postgres.url(target),
        }
        with self.sling.workspace() as directory:
            outcomes = self.sling.run(configuration, connections, directory)
            # Sling ends before the workspace goes, also when the caller wants no more.
            with contextlib.closing(outcomes):
                for outcome in outcomes:
                    job = jobs[outcome.name]
                    try:
                        yield self._published(connection, job, outcome)
                    except (PermanentFailure, RetryableFailure) as failure:
                        yield StreamUnpublished(job.stream, failure)

    def _published(
        self, connection: psycopg.Connection, job: _Job, outcome: StreamOutcome
    ) -> StreamPublished:
        import psycopg

        target = self.replication.target
        if outcome.rows is None:
            raise stream_failure(outcome.error, f"carrying {job.stream.name} to {target}")
        began = time.monotonic()
        try:
            published = publish(
                connection,
                (LANDING_SCHEMA, job.landing),
                (job.stream.schema, job.stream.table),
                columns={column.name: column.landed(number) for number, column in enumerate(job.columns)},
                rows=outcome.rows,
                primary_key=job.stream.primary_key,
            )
        except psycopg.Error as error:
            raise classified(error, f"publishing {job.stream.name} to {target}") from error
        return StreamPublished(job.stream, published, time.monotonic() - began)


def _refuse_lossy(connection: WarehouseConnection, job: _Job) -> None:
    # Asked even if nothing can be lossy: Sling waits for ever for the end of a condition that is no SQL.
    condition = " or ".join(filter(None, (column.lossy for column in job.columns))) or "false"
    if job.stream.where:
        condition = f"({condition}) and ({job.stream.where})"
    found = connection.query(f"select count(*) as n from {job.table} where {condition}")  # noqa: S608 - columns of the table
    if count := found.column("n")[0].as_py():
        raise UnrepresentableValue(
            f"{job.stream.place}: {count} rows of {job.table} hold NaN, a time that is infinite or outside the years 1 to 9999, or"
            f" the character U+{_STAND_IN:04X}, which would not survive. The published table stays as it is. Mend the model, or leave"
            " the rows out with `where`."
        )
