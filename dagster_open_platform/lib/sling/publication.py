"""Tables of the warehouse into a reporting database: each goes through a file to a landing table, one transaction publishes it.

What belongs here: the order of the work and what came of each stream. What does not: how a value travels (`export.py`), the
transaction (`lib/postgres/publish.py`), Dagster (`egress.py`).
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_open_platform.lib.postgres.errors import DatabaseBusy, classified
from dagster_open_platform.lib.postgres.publish import Published, publish
from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform.lib.sling.columns import alias
from dagster_open_platform.lib.sling.config import Replication, Stream
from dagster_open_platform.lib.sling.connections import sling_type, source_column
from dagster_open_platform.lib.sling.diagnosis import stream_failure
from dagster_open_platform.lib.sling.errors import UnrepresentableValue, UnsupportedColumn
from dagster_open_platform.lib.sling.export import ExportedColumn, export, sling_stream
from dagster_open_platform.lib.sling.outcomes import StreamFailed
from dagster_open_platform.lib.sling.resource import SlingResource
from dagster_open_platform.lib.sling.runner import StreamOutcome
from dagster_open_platform.lib.warehouse.errors import MissingObject
from dagster_open_platform.lib.warehouse.protocol import WarehouseConnection
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.lib.warehouse.snowflake.resource import SnowflakeWarehouse
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

if TYPE_CHECKING:
    import psycopg

LANDING_SCHEMA = "_sling_landing"
"""Where Sling puts rows before they are published."""

_LONGEST_NAME = 63
"""Bytes of a name in Postgres; a longer one is cut without a word."""


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
class _Job:
    """A stream whose rows are in a file."""

    stream: Stream
    columns: tuple[ExportedColumn, ...]
    file: Path
    rows: int


@dataclass
class Publication:
    """One run of some streams of an egress replication.

    Args:
        replication: The file; its source is a database of the warehouse.
        database: Logical name of that.
        postgres: Opens the target.
        sling: Carries files.
        warehouse: The source.
    """

    replication: Replication
    database: str
    postgres: PostgresResource
    sling: SlingResource
    warehouse: WarehouseResource

    def run(self, streams: Collection[str]) -> Iterator[StreamPublished | StreamFailed]:
        """Publish streams; one that fails does not keep the others from being published.

        Args:
            streams: Names of streams of the replication.

        Yields:
            What came of each, when it is known.

        Raises:
            OutsideLeftAlone: Nothing may be published in this environment.
            PermanentFailure, RetryableFailure: The warehouse or the target cannot be opened, or another run publishes the same
                replication; nothing was changed.
        """
        self.postgres.require_changes(f"nothing was published to {self.replication.target}")
        wanted = [stream for stream in self.replication.streams if stream.name in streams]
        # Before the rows are read: what is published last must be what was read last.
        with self._alone(wanted) as session, self.sling.workspace() as directory:
            jobs: dict[str, _Job] = {}
            with self.warehouse.connect() as warehouse:
                for number, stream in enumerate(wanted):
                    try:
                        job = self._exported(warehouse, stream, directory / f"{number}.csv")
                        jobs[job.file.as_uri()] = job
                    except (PermanentFailure, RetryableFailure) as failure:
                        yield StreamFailed(stream, failure)
            if jobs:
                yield from self._carry(session, jobs, directory)

    def _exported(self, connection: WarehouseConnection, stream: Stream, file: Path) -> _Job:
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
            ExportedColumn(
                column,
                source_column(self.warehouse, column),
                sling_type(column, kind, place),
                is_variant=isinstance(self.warehouse, SnowflakeWarehouse),
            )
            for column, kind in found.items()
            if column not in stream.exclude and (not stream.include or column in stream.include)
        )
        rows = f"from {connection.quoted(table)}" + (f" where ({stream.where})" if stream.where else "")
        _refuse_impossible(connection, columns, rows, place)
        selected = ", ".join(f"{column.selected} as {alias(i)}" for i, column in enumerate(columns))
        return _Job(stream, columns, file, export(connection, f"select {selected} {rows}", columns, file))

    @contextlib.contextmanager
    def _alone(self, streams: Sequence[Stream]) -> Iterator[psycopg.Connection]:
        """Keep other runs of the same replication away, and remove landing tables, also those of a run that was killed.

        Yields the session that holds the lock: who has lost it can't publish.
        """
        from psycopg import errors, sql

        drops = [
            sql.SQL("drop table if exists {}").format(sql.Identifier(LANDING_SCHEMA, name))
            for stream in streams
            for name in (_landing(stream), f"{_landing(stream)}_tmp")
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
        self, session: psycopg.Connection, jobs: Mapping[str, _Job], directory: Path
    ) -> Iterator[StreamPublished | StreamFailed]:
        target = self.replication.target
        streams = {
            file: sling_stream(f"{LANDING_SCHEMA}.{_landing(job.stream)}", job.columns)
            for file, job in jobs.items()
        }
        configuration = {"source": "LOCAL", "target": target, "streams": streams}
        outcomes = self.sling.run(configuration, {target: self.postgres.session_url(target)}, directory)
        # Sling ends before the workspace goes, also when the caller wants no more.
        with contextlib.closing(outcomes):
            for outcome in outcomes:
                job = jobs[outcome.name]
                try:
                    yield self._published(session, job, outcome)
                except (PermanentFailure, RetryableFailure) as failure:
                    yield StreamFailed(job.stream, failure)
                finally:
                    job.file.unlink(missing_ok=True)

    def _published(self, session: psycopg.Connection, job: _Job, outcome: StreamOutcome) -> StreamPublished:
        import psycopg

        target = self.replication.target
        if outcome.rows is None:
            raise stream_failure(outcome.error, f"carrying {job.stream.name} to {target}")
        began = time.monotonic()
        try:
            published = publish(
                session,
                (LANDING_SCHEMA, _landing(job.stream)),
                (job.stream.schema, job.stream.table),
                columns={column.name: column.landed(number) for number, column in enumerate(job.columns)},
                rows=job.rows,
                primary_key=job.stream.primary_key,
            )
        except psycopg.Error as error:
            raise classified(error, f"publishing {job.stream.name} to {target}") from error
        return StreamPublished(job.stream, published, time.monotonic() - began)


def _landing(stream: Stream) -> str:
    """Name of a stream's landing table; Sling appends a few letters to it."""
    name = f"{stream.schema}__{stream.table}"
    return name if len(name) <= 50 else f"{name[:40]}_{hashlib.sha256(name.encode()).hexdigest()[:9]}"


def _refuse_impossible(
    connection: WarehouseConnection, columns: Sequence[ExportedColumn], rows: str, place: str
) -> None:
    conditions = [column.impossible for column in columns if column.impossible]
    if not conditions:
        return
    query = f"select count(*) as n from (select {' or '.join(conditions)} as impossible {rows}) as marked where impossible"  # noqa: S608 - columns of the table
    if count := connection.query(query).column("n")[0].as_py():
        raise UnrepresentableValue(
            f"{place}: {count} rows hold a time that is infinite or outside the years 1 to 9999, which readers of Postgres do not"
            " have. The published table stays as it is. Mend the model, or leave the rows out with `where`."
        )
