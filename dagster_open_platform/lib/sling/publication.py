"""Tables of the warehouse into a reporting database: Sling brings them to a landing table, one transaction publishes each.

What belongs here: the order of the work and what came of each stream. What does not: the transaction (`lib/postgres/publish.py`),
Dagster (`egress.py`).

What Sling 1.4.10 does to values on its way from DuckDB to Postgres was measured: a carriage return before a line feed is lost, and
NaN becomes null; everything else survives. So a carriage return travels as a character that no text has, and a table with NaN is
refused.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from dagster_open_platform.lib.postgres.errors import DatabaseBusy
from dagster_open_platform.lib.postgres.publish import Published, publish
from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform.lib.sling.config import Replication, Stream
from dagster_open_platform.lib.sling.connections import sling_type, warehouse_connection
from dagster_open_platform.lib.sling.diagnosis import stream_failure
from dagster_open_platform.lib.sling.errors import UnrepresentableValue, UnsupportedColumn
from dagster_open_platform.lib.sling.resource import SlingResource
from dagster_open_platform.lib.sling.runner import StreamOutcome
from dagster_open_platform.lib.warehouse.errors import MissingObject
from dagster_open_platform.lib.warehouse.protocol import WarehouseConnection
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

LANDING_SCHEMA = "_sling_landing"
# A private-use character of Unicode stands for a carriage return on the way.
_STAND_IN = 0xE00D


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
class _Job:
    """A stream that can be carried."""

    stream: Stream
    types: Mapping[str, str]
    table: str
    landing: str

    @property
    def texts(self) -> tuple[str, ...]:
        """Columns whose values may hold a carriage return."""
        return tuple(name for name, kind in self.types.items() if kind == "text")

    def configuration(self) -> dict[str, object]:
        """The stream as Sling is told of it."""
        selected = [
            f'replace("{name}", chr(13), chr({_STAND_IN})) as "{name}"' if name in self.texts else f'"{name}"'
            for name in self.types
        ]
        condition = f" where {self.stream.where}" if self.stream.where else ""
        return {
            "object": f"{LANDING_SCHEMA}.{self.landing}",
            "mode": "full-refresh",
            "sql": f"select {', '.join(selected)} from {self.table}{condition}",  # noqa: S608 - columns of the table
            "columns": dict(self.types),
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
            with self._alone(jobs):
                yield from self._carry(jobs)

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
        types = {
            column: sling_type(column, kind, f"{stream.place}: {table}")
            for column, kind in found.items()
            if column not in stream.exclude and (not stream.include or column in stream.include)
        }
        job = _Job(stream, types, connection.quoted(table), f"{stream.schema}__{stream.table}")
        _refuse_lossy(connection, job)
        return job

    @contextlib.contextmanager
    def _alone(self, jobs: Mapping[str, _Job]) -> Iterator[None]:
        """Keep other runs of the same replication away, and remove landing tables, also those of a run that was killed."""
        from psycopg import errors, sql

        drops = [
            sql.SQL("drop table if exists {}").format(sql.Identifier(LANDING_SCHEMA, name))
            for job in jobs.values()
            for name in (job.landing, f"{job.landing}_tmp")
        ]
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
            for statement in drops:
                connection.execute(statement)
            # The lock belongs to the session, and an open transaction would keep vacuum from the whole database.
            connection.commit()
            try:
                yield
            finally:
                for statement in drops:
                    connection.execute(statement)

    def _carry(self, jobs: Mapping[str, _Job]) -> Iterator[StreamPublished | StreamUnpublished]:
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
            for outcome in self.sling.run(configuration, connections, directory):
                job = jobs[outcome.name]
                try:
                    yield self._published(job, outcome)
                except (PermanentFailure, RetryableFailure) as failure:
                    yield StreamUnpublished(job.stream, failure)

    def _published(self, job: _Job, outcome: StreamOutcome) -> StreamPublished:
        if outcome.rows is None:
            raise stream_failure(outcome.error, f"carrying {job.stream.name} to {self.replication.target}")
        began = time.monotonic()
        restored = f"replace({{}}, U&'\\{_STAND_IN:04X}', E'\\r')"
        with self.postgres.connect(self.replication.target) as connection:
            published = publish(
                connection,
                (LANDING_SCHEMA, job.landing),
                (job.stream.schema, job.stream.table),
                expressions=dict.fromkeys(job.texts, restored),
                rows=outcome.rows,
                primary_key=job.stream.primary_key,
            )
        return StreamPublished(job.stream, published, time.monotonic() - began)


def _refuse_lossy(connection: WarehouseConnection, job: _Job) -> None:
    floats = [f"\"{name}\" = 'NaN'" for name, kind in job.types.items() if kind == "float"]
    stand_ins = [f'position(chr({_STAND_IN}) in "{name}") > 0' for name in job.texts]
    if not floats and not stand_ins:
        return
    condition = " or ".join([*floats, *stand_ins])
    if job.stream.where:
        condition = f"({condition}) and ({job.stream.where})"
    found = connection.query(f"select count(*) as n from {job.table} where {condition}")  # noqa: S608 - columns of the table
    if count := found.column("n")[0].as_py():
        raise UnrepresentableValue(
            f"{job.stream.place}: {count} rows of {job.table} hold NaN or the character U+{_STAND_IN:04X}, which would not survive."
            " The published table stays as it is. Mend the model, or leave the rows out with `where`."
        )
