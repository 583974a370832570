r"""Streams of a product database into the warehouse: Sling extracts, the warehouse's seam loads.

What belongs here: the order of the work and what came of each stream. What does not: how a value travels (`columns.py`), the
contracts (`load.py`), Dagster (`cloud_product_ingest.py`).

Sling does not write to the warehouse itself. Measured with Sling 1.4.10 and DuckDB: it costs a second a stream, turns the text
`\N` and NaN into null, compares its checkpoint with `>`, and deletes and inserts without a transaction around both. So each
stream is extracted into an Arrow file, and loaded from there while the next is extracted.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Collection, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dagster_open_platform.lib.postgres.catalog import SourceColumn, read_columns
from dagster_open_platform.lib.postgres.errors import MissingTable
from dagster_open_platform.lib.postgres.resource import PostgresResource
from dagster_open_platform.lib.sling.columns import Plan, plan_columns, select_sql, sling_types
from dagster_open_platform.lib.sling.config import Mode, Replication, Stream
from dagster_open_platform.lib.sling.diagnosis import stream_failure
from dagster_open_platform.lib.sling.errors import InvalidReplication, SlingRefused
from dagster_open_platform.lib.sling.load import load, read_extract, since, watermark
from dagster_open_platform.lib.sling.outcomes import StreamFailed
from dagster_open_platform.lib.sling.resource import SlingResource
from dagster_open_platform.lib.sling.runner import StreamOutcome
from dagster_open_platform.lib.warehouse.protocol import TableRef, WarehouseConnection, WriteResult
from dagster_open_platform.lib.warehouse.resource import WarehouseResource
from dagster_open_platform.lib.yaml_errors import suggestion
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure


@dataclass(frozen=True)
class StreamLoaded:
    """A stream whose rows are in the warehouse.

    Args:
        stream: Which.
        table: Where.
        rows_read: Rows that the source's query answered.
        written: What the write did.
        row_count: Rows of the table afterwards.
        columns: Columns of the table afterwards, with the engine's types.
        since: The watermark that was read from; None: everything was read.
        loaded_at: The moment in `_sling_loaded_at`.
        seconds: How long the load took, after the extraction.
    """

    stream: Stream
    table: TableRef
    rows_read: int
    written: WriteResult
    row_count: int
    columns: Mapping[str, str]
    since: Any | None
    loaded_at: dt.datetime
    seconds: float


@dataclass(frozen=True)
class _Job:
    """A stream that can be extracted."""

    stream: Stream
    table: TableRef
    plans: tuple[Plan, ...]
    since: Any | None
    file: Path
    anew: bool

    @property
    def is_incremental(self) -> bool:
        """Whether the table has one row a key."""
        return self.stream.mode is Mode.INCREMENTAL

    def configuration(self) -> dict[str, object]:
        """The stream as Sling is told of it."""
        condition = "" if self.since is None else since(self.stream, self.since)
        return {
            "object": self.file.as_uri(),
            "mode": "full-refresh",
            "sql": select_sql(
                self.stream, self.plans, condition, newest_of_key=self.is_incremental and self.anew
            ),
            "columns": sling_types(self.plans),
            "target_options": {"format": "arrow"},
        }


@dataclass
class Ingestion:
    """One run of some streams of a replication.

    Args:
        replication: The file.
        database: Logical database of the warehouse that is written.
        postgres: Opens the source.
        sling: Extracts.
        warehouse: Loads.
        full_refresh: Whether incremental and truncate tables are made anew, from all rows of the source.
        started_at: Goes into `_sling_loaded_at`; the same when a run is tried again.
    """

    replication: Replication
    database: str
    postgres: PostgresResource
    sling: SlingResource
    warehouse: WarehouseResource
    full_refresh: bool = False
    started_at: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))

    def run(self, streams: Collection[str]) -> Generator[StreamLoaded | StreamFailed]:
        """Replicate streams; one that fails does not keep the others from being loaded.

        Args:
            streams: Names of streams of the replication.

        Yields:
            What came of each, when it is known.

        Raises:
            InvalidReplication: One of the names is no stream of the replication; nothing was changed.
            PermanentFailure, RetryableFailure: The source or the warehouse cannot be opened; nothing was changed.
        """
        known = [stream.name for stream in self.replication.streams]
        if unknown := sorted(set(streams) - set(known)):
            raise InvalidReplication(
                f"{self.replication.path} has no stream {', '.join(unknown)}.{suggestion(unknown[0], known)}"
            )
        wanted = [stream for stream in self.replication.streams if stream.name in streams]
        with self.postgres.connect(self.replication.source) as connection:
            found = read_columns(connection, [stream.name for stream in wanted])
        with self.sling.workspace() as directory:
            jobs: dict[str, _Job] = {}
            with self.warehouse.connect() as warehouse:
                for number, stream in enumerate(wanted):
                    try:
                        jobs[stream.name] = self._job(warehouse, stream, found, directory / f"{number}.arrow")
                    except (PermanentFailure, RetryableFailure) as failure:
                        yield StreamFailed(stream, failure)
            if jobs:
                yield from self._extract_and_load(jobs, directory)

    def _job(
        self,
        warehouse: WarehouseConnection,
        stream: Stream,
        found: Mapping[str, tuple[SourceColumn, ...]],
        file: Path,
    ) -> _Job:
        if stream.name not in found:
            raise MissingTable(
                f"{stream.place}: {self.replication.source} has no table {stream.name}, or its role must not see it. The table in"
                " the warehouse stays as it is. If the table is gone for good, remove the stream."
            )
        table = self.warehouse.table(self.database, stream.schema, stream.table)
        anew = self.full_refresh and stream.mode in (Mode.INCREMENTAL, Mode.TRUNCATE)
        reads_on = stream.mode is Mode.INCREMENTAL and not anew
        mark = watermark(warehouse, table, stream, self.started_at) if reads_on else None
        return _Job(stream, table, plan_columns(stream, found[stream.name]), mark, file, anew)

    def _extract_and_load(
        self, jobs: Mapping[str, _Job], directory: Path
    ) -> Iterator[StreamLoaded | StreamFailed]:
        source = self.replication.source
        configuration = {
            "source": source,
            "target": "LOCAL",
            "streams": {name: job.configuration() for name, job in jobs.items()},
        }
        outcomes = self.sling.run(configuration, {source: self.postgres.session_url(source)}, directory)
        # Sling ends before the workspace goes, also when the caller wants no more.
        with contextlib.closing(outcomes), self.warehouse.connect() as warehouse:
            for outcome in outcomes:
                job = jobs[outcome.name]
                try:
                    yield self._loaded(warehouse, job, outcome)
                except (PermanentFailure, RetryableFailure) as failure:
                    yield StreamFailed(job.stream, failure)
                finally:
                    job.file.unlink(missing_ok=True)

    def _loaded(self, warehouse: WarehouseConnection, job: _Job, outcome: StreamOutcome) -> StreamLoaded:
        if outcome.rows is None:
            raise stream_failure(outcome.error, f"extracting {job.stream.name} of {self.replication.source}")
        began = time.monotonic()
        rows, count = read_extract(job.file, job.plans, job.stream, self.started_at)
        if count != outcome.rows:
            raise SlingRefused(
                f"Sling says that {job.stream.name} has {outcome.rows} rows, and its file has {count}. Nothing was changed."
            )
        written = load(warehouse, job.table, rows, job.stream, anew=job.anew, loaded_at=self.started_at)
        total = warehouse.query(f"select count(*) as n from {warehouse.quoted(job.table)}")  # noqa: S608 - quoted
        return StreamLoaded(
            stream=job.stream,
            table=job.table,
            rows_read=count,
            written=written,
            row_count=total.column("n")[0].as_py(),
            columns=warehouse.columns(job.table) or {},
            since=job.since,
            loaded_at=self.started_at,
            seconds=time.monotonic() - began,
        )
