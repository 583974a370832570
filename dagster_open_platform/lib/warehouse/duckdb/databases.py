"""Databases as wholes, on DuckDB: files of the warehouse's directory.

What belongs here: listing, copying and deleting the files. What does not: what may be copied and deleted (`../databases.py`).

A clone is a copy of the file, made beside and renamed: 0.2 to 0.6 s for 170 MB, where COPY FROM DATABASE took 4.3 s. Nobody
may write meanwhile. DuckDB's own lock cannot see to that: it is a POSIX lock, which a process loses on a file as soon as it
closes any handle of that file, the copy's too. So the file is detached first and locked by the handle that reads it.
"""

import contextlib
import datetime as dt
import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import duckdb

from dagster_open_platform.lib.warehouse.databases import DatabaseInfo, checked_clone, checked_drop
from dagster_open_platform.lib.warehouse.duckdb import sql
from dagster_open_platform.lib.warehouse.duckdb.errors import classified
from dagster_open_platform.lib.warehouse.duckdb.session import attached
from dagster_open_platform.lib.warehouse.errors import (
    CorruptDatabase,
    DiskFull,
    MissingObject,
    NewerDatabase,
    PermissionDenied,
    StatementFailed,
    WarehouseLocked,
)
from dagster_open_platform.utils.failures import PermanentFailure

_COPIED_AT_ONCE = 16 * 2**20
# How often somebody else may get hold of a file between two moments before that is told.
_ATTEMPTS = 5
_LISTED = "_listed"


class DatabaseFiles:
    """The files of a directory, one a database.

    Args:
        connection: Open connection.
        directory: Where the files are.
        attach: Attaches a database by its name and waits for whoever holds the file; does nothing when it is attached.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, directory: Path, attach: Callable[[str], None]
    ) -> None:
        self._connection = connection
        self._directory = directory
        self._attach = attach

    def databases(self) -> list[DatabaseInfo]:
        """Describe every file (see the protocol)."""
        found = []
        for file in sorted(self._directory.glob("*.duckdb")):
            # One that somebody else drops meanwhile is no database any more.
            with contextlib.suppress(FileNotFoundError):
                found.append(self._described(file))
        return found

    def clone(self, source: str, clone: str) -> bool:
        """Copy a file (see the protocol)."""
        checked_clone(source, clone)
        if self._file(clone).exists():  # it was renamed into its place, so it is whole
            return False
        if not self._file(source).is_file():
            raise MissingObject(
                f"The database {source} has no file in {self._directory}, so there is nothing to clone. Materialize"
                " something in it first."
            )
        with self._files_errors(f"cloning {source} to {clone}"), self._quiet(source) as reading:
            if self._file(clone).exists():
                return False
            for stale in self._directory.glob(f".{source}_clone_*.partial"):
                stale.unlink()
            self._wal(clone).unlink(missing_ok=True)
            partial = self._partial(clone)
            with partial.open("wb") as writing:
                shutil.copyfileobj(reading, writing, _COPIED_AT_ONCE)
                writing.flush()
                os.fsync(writing.fileno())
            partial.rename(self._file(clone))
        return True

    def drop(self, name: str) -> bool:
        """Delete a file, its log, and what a clone that was interrupted left (see the protocol)."""
        checked_drop(name)
        there = self._file(name).exists()
        with self._files_errors(f"dropping {name}"):
            # What cannot be opened is used by nobody.
            with contextlib.suppress(CorruptDatabase):
                if there:
                    self._attach(name)
            # The log goes first: without its file it would be replayed into the next one of the name. The file goes
            # while it is locked, so that nobody opens it in between.
            for file in (self._wal(name), self._partial(name), self._file(name)):
                file.unlink(missing_ok=True)
            if name in attached(self._connection):
                self._run(sql.detach(name), f"dropping {name}")
            self._wal(name).unlink(missing_ok=True)
        return there

    @contextlib.contextmanager
    def _quiet(self, database: str) -> Iterator[BinaryIO]:
        """Give the file of a database for reading: all that was committed is in it, and nobody writes to it."""
        what = f"reading the file of {database}"
        was_attached = database in attached(self._connection)
        for _ in range(_ATTEMPTS):
            self._attach(database)
            self._run(sql.checkpoint(database), what)
            self._run(sql.detach(database), what)
            try:
                with self._file(database).open("rb") as reading:
                    if _locked(reading) and not self._has_log(database):
                        yield reading
                        return
            finally:
                if was_attached:
                    self._attach(database)
        raise WarehouseLocked(
            f"Another process had the database {database} open each of {_ATTEMPTS} times while {what}, and what it wrote"
            " is not in the file yet. Wait until it is done."
        )

    def _has_log(self, database: str) -> bool:
        wal = self._wal(database)
        return wal.exists() and wal.stat().st_size > 0

    def _described(self, file: Path) -> DatabaseInfo:
        facts = [file.stat()]
        with contextlib.suppress(FileNotFoundError):
            facts.append(self._wal(file.stem).stat())
        used = [_utc(fact.st_mtime) for fact in facts]
        recorded = self._recorded(file)
        # Linux does not tell when a file was made.
        born = getattr(facts[0], "st_birthtime", None)
        return DatabaseInfo(
            name=file.stem,
            created_at=None if born is None else _utc(born),
            last_used_at=max([*used, recorded] if recorded else used),
            bytes=sum(fact.st_size for fact in facts),
        )

    def _recorded(self, file: Path) -> dt.datetime | None:
        """Return the last change that the bookkeeping in a file has noted; the present if somebody has it open now."""
        what = f"reading when {file.stem} changed"
        names = {path: name for name, path in attached(self._connection).items()}
        name = names.get(str(file))
        try:
            if name is not None:
                return self._last_change(name, what)
            self._run(sql.attach(_LISTED, file, read_only=True), what)
            try:
                return self._last_change(_LISTED, what)
            finally:
                self._run(sql.detach(_LISTED), what)
        except WarehouseLocked:
            return dt.datetime.now(dt.UTC)
        except (CorruptDatabase, NewerDatabase):
            return None  # then its time stamp is all that is known of it

    def _last_change(self, database: str, what: str) -> dt.datetime | None:
        bound = [database, sql.BOOKKEEPING_SCHEMA, sql.BOOKKEEPING_TABLE]
        if not self._rows(sql.columns(), bound, what):
            return None
        ((time,),) = self._rows(sql.last_recorded_update(database), [], what)
        return None if time is None else time.astimezone(dt.UTC)

    def _file(self, database: str) -> Path:
        return self._directory / f"{database}.duckdb"

    def _wal(self, database: str) -> Path:
        return self._directory / f"{database}.duckdb.wal"

    def _partial(self, database: str) -> Path:
        return self._directory / f".{database}.partial"

    def _run(self, statement: str, what: str) -> None:
        self._rows(statement, [], what)

    def _rows(self, statement: str, parameters: list[str], what: str) -> list[tuple[dt.datetime | None, ...]]:
        try:
            return self._connection.execute(statement, parameters).fetchall()
        except duckdb.Error as error:
            raise classified(error, what) from error

    @contextlib.contextmanager
    def _files_errors(self, what: str) -> Iterator[None]:
        """Turn what the operating system says about files into typed errors."""
        try:
            yield
        except OSError as error:
            raise of_system(error, what) from error


def _locked(file: BinaryIO) -> bool:
    """Lock a file against those who would write to it; False if somebody has it open for that."""
    try:
        fcntl.lockf(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # systems differ in how they say it
        return False
    return True


def of_system(error: OSError, what: str) -> PermanentFailure:
    """What the operating system says about a file, as a typed error."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return DiskFull(
            f"The disk was full while {what}. Nothing was changed. Make space, then run it again."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return PermissionDenied(
            f"The operating system forbids {what}: {error}. Give this user the right to write in the directory."
        )
    return StatementFailed(f"The operating system refused a file while {what}: {error}.")


def _utc(timestamp: float) -> dt.datetime:
    return dt.datetime.fromtimestamp(timestamp, dt.UTC)
