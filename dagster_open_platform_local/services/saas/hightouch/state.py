"""What Hightouch knows about its syncs, kept in a file that survives the process.

What belongs here: the SQLite file of runs, of rows that were sent, and of settings. What does not: when they change (`runs.py`).

A batch's rows are noted after the CRM has taken them: of a process that is killed in between they are sent again, which changes nothing.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dagster_open_platform_local.services.saas.hightouch.planning import OPERATIONS, REMOVED, Sent
from dagster_open_platform_local.services.saas.hightouch.sending import Outcome

STATE_FILE = "hightouch.sqlite"
QUEUED, QUERYING, PROCESSING, REPORTING = "queued", "querying", "processing", "reporting"
SUCCESS, WARNING, FAILED, CANCELLED, INTERRUPTED = "success", "warning", "failed", "cancelled", "interrupted"
UNDER_WAY = (QUERYING, PROCESSING, REPORTING)
INTERRUPTION = "The sync run was interrupted; the next one goes on where it stopped."
_FIRST_RUN = 88_104_000
_SECONDS = 30.0
_TABLES = """
CREATE TABLE IF NOT EXISTS runs (id INTEGER PRIMARY KEY AUTOINCREMENT, sync TEXT, status TEXT, body TEXT);
CREATE INDEX IF NOT EXISTS runs_of_a_sync ON runs (sync, id);
CREATE TABLE IF NOT EXISTS sent (
    sync TEXT, key TEXT, row TEXT, had_counterpart INTEGER, PRIMARY KEY (sync, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused (run INTEGER, key TEXT, operation TEXT, reason TEXT, PRIMARY KEY (run, operation, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS settings (sync TEXT PRIMARY KEY, body TEXT);
"""

Counts = Mapping[str, int]
"""Rows by operation."""


def _none() -> Counts:
    return dict.fromkeys(OPERATIONS, 0)


@dataclass(frozen=True)
class Run:
    """A run. Moments are ISO 8601 in UTC.

    Args:
        id: Hightouch's.
        sync: Id of its sync.
        status: One of `queued`, `querying`, `processing`, `reporting`, `success`, `warning`, `failed`, `cancelled`, `interrupted`.
        created_at: When it was asked for.
        full: Whether all rows are sent.
        started_at: When it began.
        finished_at: When it ended.
        query_size: Rows of the model.
        planned: Rows that have to be sent.
        successful: Rows that were sent, or that the CRM has no record for.
        failed: Rows that were refused.
        error: Why it did not succeed.
    """

    id: int
    sync: str
    status: str
    created_at: str
    full: bool = False
    started_at: str | None = None
    finished_at: str | None = None
    query_size: int = 0
    planned: Counts = field(default_factory=_none)
    successful: Counts = field(default_factory=_none)
    failed: Counts = field(default_factory=_none)
    error: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing of it will change."""
        return self.status not in (QUEUED, *UNDER_WAY)


@dataclass(frozen=True)
class Settings:
    """What may be set of a sync, by a person or by the control endpoint (`app.py` says what each is).

    Args:
        disabled: Whether it cannot be triggered.
        deleted: Whether it is gone.
        next_run_fails: Why the next run will fail.
        next_run_interrupted: Whether the next run will break off after its first batch.
        run_seconds: How long a run takes at least.
        rejected: Reasons for which rows are refused, by primary key.
        fail_on_duplicates: Whether a row with several records is refused.
    """

    disabled: bool = False
    deleted: bool = False
    next_run_fails: str | None = None
    next_run_interrupted: bool = False
    run_seconds: float = 0.0
    rejected: Mapping[str, str] = field(default_factory=dict)
    fail_on_duplicates: bool = False


def text_of(moment: datetime) -> str:
    """A moment as Hightouch writes it, in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class StateFile:
    """The file.

    Args:
        directory: Of the company; the file is made if it is missing. Runs that a dead process left under way are interrupted.
        now: The present moment; aware, in UTC.
    """

    def __init__(self, directory: Path, now: datetime) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._path = directory / STATE_FILE
        self._writes = threading.Lock()
        with self._open() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_TABLES)
            left = connection.execute(
                "SELECT id, sync, status, body FROM runs WHERE status IN (?, ?, ?, ?)", (QUEUED, *UNDER_WAY)
            ).fetchall()
            for run in map(_run, left):
                ended = replace(
                    run,
                    status=INTERRUPTED,
                    started_at=run.started_at or text_of(now),
                    finished_at=text_of(now),
                    error=INTERRUPTION,
                )
                _save(connection, ended)

    def new_run(self, sync: str, now: datetime, *, full: bool) -> Run:
        """A run that waits for its turn."""
        with self._writing() as connection:
            (last,) = connection.execute("SELECT max(id) FROM runs").fetchone()
            run = Run((last or _FIRST_RUN) + 1, sync, QUEUED, text_of(now), full)
            connection.execute("INSERT INTO runs (id, sync, status) VALUES (?, ?, ?)", (run.id, sync, QUEUED))
            _save(connection, run)
        return run

    def save(self, run: Run) -> None:
        """Note a run as it is now."""
        with self._writing() as connection:
            _save(connection, run)

    def note(self, run: Run, outcome: Outcome) -> None:
        """Note what became of a batch, and the run with it, in one transaction."""
        with self._writing() as connection:
            for had, operations in ((True, outcome.written), (False, outcome.skipped)):
                gone = [(run.sync, each.key) for each in operations if each.kind == REMOVED]
                there = [
                    (run.sync, each.key, json.dumps(each.row), had)
                    for each in operations
                    if each.kind != REMOVED
                ]
                connection.executemany("DELETE FROM sent WHERE sync = ? AND key = ?", gone)
                connection.executemany("INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?)", there)
            refused = [(run.id, each.key, each.kind, str(reason)) for each, reason in outcome.refused]
            connection.executemany("INSERT OR REPLACE INTO refused VALUES (?, ?, ?, ?)", refused)
            _save(connection, run)

    def sent(self, sync: str) -> dict[str, Sent]:
        """What was sent, by primary key."""
        with self._open() as connection:
            rows = connection.execute("SELECT key, row, had_counterpart FROM sent WHERE sync = ?", (sync,))
            return {key: Sent(json.loads(row), bool(had)) for key, row, had in rows}

    def runs(self, sync: str) -> list[Run]:
        """The runs of a sync, the newest first."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT id, sync, status, body FROM runs WHERE sync = ? ORDER BY id DESC", (sync,)
            )
            return [_run(row) for row in rows]

    def last_run(self, sync: str) -> Run | None:
        """The newest run of a sync."""
        with self._open() as connection:
            row = connection.execute(
                "SELECT id, sync, status, body FROM runs WHERE sync = ? ORDER BY id DESC LIMIT 1", (sync,)
            ).fetchone()
        return None if row is None else _run(row)

    def last_runs(self) -> dict[str, Run]:
        """The newest run of every sync that has one, by the sync's id."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT id, sync, status, body FROM runs WHERE id IN (SELECT max(id) FROM runs GROUP BY sync)"
            )
            return {run.sync: run for run in map(_run, rows)}

    def queued(self, sync: str) -> Run | None:
        """The run that waits for its turn, of which there is one at most."""
        with self._open() as connection:
            row = connection.execute(
                "SELECT id, sync, status, body FROM runs WHERE sync = ? AND status = ? ORDER BY id LIMIT 1",
                (sync, QUEUED),
            ).fetchone()
        return None if row is None else _run(row)

    def refused(self, run: int, limit: int) -> Sequence[tuple[str, str, str]]:
        """Operation, key and reason of rows that were refused in a run.

        Args:
            run: Its id.
            limit: How many at most, by operation and key.
        """
        with self._open() as connection:
            return connection.execute(
                "SELECT operation, key, reason FROM refused WHERE run = ? ORDER BY operation, key LIMIT ?",
                (run, limit),
            ).fetchall()

    def settings(self, sync: str) -> Settings:
        """The settings of a sync."""
        with self._open() as connection:
            row = connection.execute("SELECT body FROM settings WHERE sync = ?", (sync,)).fetchone()
        return Settings(**json.loads(row[0])) if row else Settings()

    def all_settings(self) -> dict[str, Settings]:
        """The settings of every sync of which something was set, by its id."""
        with self._open() as connection:
            rows = connection.execute("SELECT sync, body FROM settings")
            return {sync: Settings(**json.loads(body)) for sync, body in rows}

    def set(self, sync: str, **changes: Any) -> Settings:
        """Change some settings of a sync."""
        changed = replace(self.settings(sync), **changes)
        with self._writing() as connection:
            body = json.dumps(asdict(changed))
            connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (sync, body))
        return changed

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path, timeout=_SECONDS, isolation_level=None)) as connection:
            # As in the CRM's file (`services/saas/crm/store.py`).
            connection.execute("PRAGMA synchronous = OFF")
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._writes, self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("COMMIT")


def _save(connection: sqlite3.Connection, run: Run) -> None:
    body = {name: value for name, value in asdict(run).items() if name not in ("id", "sync", "status")}
    connection.execute(
        "UPDATE runs SET status = ?, body = ? WHERE id = ?", (run.status, json.dumps(body), run.id)
    )


def _run(row: tuple[int, str, str, str]) -> Run:
    number, sync, status, body = row
    return Run(number, sync, status, **json.loads(body))
