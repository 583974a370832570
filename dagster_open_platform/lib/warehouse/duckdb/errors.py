"""DuckDB's exceptions, told apart.

What belongs here: from what DuckDB says to a typed error that says what to do. DuckDB has no error codes: the class
and, for the file system, the text are all there is; the texts were read off DuckDB 1.5.5 and have a test each. What does
not: waiting and retrying (`connection.py`, `resource.py`).
"""

import re

import duckdb

from dagster_open_platform.lib.warehouse.duckdb import object_storage
from dagster_open_platform.lib.warehouse.duckdb.storage_errors import storage_error
from dagster_open_platform.lib.warehouse.errors import (
    CorruptDatabase,
    DiskFull,
    MissingDirectory,
    MissingObject,
    NewerDatabase,
    PermissionDenied,
    ReadOnlyDatabase,
    StatementFailed,
    TransactionConflict,
    WarehouseLocked,
    WarehouseUnavailable,
)
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

_FULL = re.compile(
    r"No space left on device|File too large|Disk quota exceeded|not enough space on the disk", re.I
)
_LOCKED = re.compile(
    r"Could not set lock|Unique file handle conflict|is already attached|being used by another", re.I
)
_HOLDER = re.compile(r"lock is held in (?P<program>\S+).*?\(PID (?P<pid>\d+)\)")
_NEWER = re.compile(r"Trying to read a database file with version number (?P<version>\d+)")
_CORRUPT = re.compile(
    r"not a valid DuckDB database file|Could not read enough bytes|Corrupt database file|Is a directory|"
    r"Failure while replaying WAL|Failed to deserialize",
    re.I,
)
_DENIED = re.compile(r"Permission denied|Operation not permitted|Read-only file system", re.I)
_READ_ONLY = re.compile(
    r"Cannot execute statement of type \"\w+\" on database \"(?P<database>\w+)\" which is attached in read-only mode"
)
_ABSENT = re.compile(r"Cannot open file .*No such file or directory", re.S)
_UNKNOWN_OBJECT = re.compile(r"does not exist|not found in FROM clause|not found!", re.I)


def classified(error: Exception, what: str) -> PermanentFailure | RetryableFailure:
    """Return the typed error for what DuckDB raised. The caller chains the original.

    Args:
        error: What DuckDB raised, or Arrow with DuckDB's text while a result was read.
        what: What was being done, for example "writing to purina.pypi.daily_file_downloads" or "opening FILE".
    """
    text = _without_secrets(str(error))
    return storage_error(text, what) or _of_files(text, what) or _of_statements(error, text, what)


def _without_secrets(text: str) -> str:
    for secret in object_storage.secrets():
        text = text.replace(secret, "***")
    return text


def _of_files(text: str, what: str) -> PermanentFailure | RetryableFailure | None:
    """Recognise what is wrong with a database file or the disk, or return None."""
    if _FULL.search(text):
        return DiskFull(
            f"The disk was full while {what}. The table is as it was before. Make space where the database files "
            f"are, then run it again. DuckDB said: {text}"
        )
    if _LOCKED.search(text):
        return WarehouseLocked(f"Another process has the database open while {what}{_holder(text)}")
    if newer := _NEWER.search(text):
        return NewerDatabase(
            f"A newer DuckDB wrote the file (storage version {newer['version']}) that was met while {what}; this one "
            f"is {duckdb.__version__}. Upgrade the package duckdb here, or export the database with the newer one "
            "(EXPORT DATABASE) and import it here. The file was not touched."
        )
    if _CORRUPT.search(text):
        return CorruptDatabase(
            f"The database file is damaged or is not one, met while {what}. Nothing was changed. Restore it from a "
            f"backup, or move it away and materialize its assets again. DuckDB said: {text}"
        )
    if _DENIED.search(text):
        return PermissionDenied(
            f"The operating system forbids {what}. Give this user the right to read and write the file and its "
            f"directory. DuckDB said: {text}"
        )
    if _ABSENT.search(text):
        return MissingDirectory(f"A directory is missing while {what}. Create it. DuckDB said: {text}")
    return None


def _holder(text: str) -> str:
    """Say who holds the lock, as far as DuckDB knows, and what to do about it."""
    advice = (
        " Wait until it is done or end it; ops that open the warehouse declare the pool 'warehouse' so that they "
        "don't meet."
    )
    if holder := _HOLDER.search(text):
        return f": process {holder['pid']} ({holder['program']}).{advice}"
    return (
        f" (this very process has it open, or one that the system does not name).{advice} DuckDB said: {text}"
    )


def _of_statements(error: Exception, text: str, what: str) -> PermanentFailure | RetryableFailure:
    """Recognise why a statement failed."""
    if read_only := _READ_ONLY.search(text):
        return ReadOnlyDatabase(
            f"The database {read_only['database']!r} is only read by this platform: others fill it. Write to another"
            " database."
        )
    if isinstance(error, duckdb.CatalogException | duckdb.BinderException) and _UNKNOWN_OBJECT.search(text):
        return MissingObject(
            f"Something that {what} needs does not exist. Materialize the asset that makes it first, or correct the "
            f"name. DuckDB said: {text}"
        )
    if isinstance(error, duckdb.TransactionException) and "conflict" in text.lower():
        return TransactionConflict(
            f"Another transaction changed the same rows while {what}. DuckDB said: {text}"
        )
    if isinstance(error, duckdb.OutOfMemoryException) or text.startswith("Out of Memory Error"):
        return StatementFailed(
            f"DuckDB ran out of the memory that it may use while {what}. Raise `memory_limit` of the warehouse "
            f"resource or write smaller partitions. DuckDB said: {text}"
        )
    if isinstance(error, duckdb.InterruptException):
        return WarehouseUnavailable(f"The statement was interrupted while {what}.")
    return StatementFailed(f"DuckDB refused a statement while {what}: {text}")
