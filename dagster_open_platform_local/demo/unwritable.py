"""Records that cannot be written, told by a type.

What belongs here: the failures, and which of SQLite's errors mean them. What does not: where they are met (`sqlite_dialect.py`, `storage.py`).
"""

import sqlite3

from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure

_OF_THE_DISK = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
_UNWRITABLE = _OF_THE_DISK | {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


class RecordsUnwritable(PermanentFailure):
    """Dagster's own records cannot be written, so that nobody would know what was done.

    Args:
        cause: What SQLite says of it.
    """

    def __init__(self, cause: object) -> None:
        super().__init__(
            f"Dagster's records cannot be written ({cause}). Make space where DAGSTER_HOME is, or let this process write there,"
            " and run it again: what was not recorded as done is done once more."
        )


class RecordsLocked(RetryableFailure):
    """Another process has Dagster's own records for itself.

    Args:
        cause: What SQLite says of it.
    """

    def __init__(self, cause: object) -> None:
        super().__init__(
            f"Dagster's records are held by another process ({cause}). Run it again when that has ended: what was not recorded as done is"
            " done once more."
        )


def is_of_the_disk(error: sqlite3.OperationalError) -> bool:
    """Whether an error comes from the files beneath, and not from the statement or from somebody's lock."""
    return _code(error) in _OF_THE_DISK


def failure_of(error: BaseException | None) -> RecordsUnwritable | RecordsLocked | None:
    """The failure that an error means.

    Args:
        error: SQLite's.

    Returns:
        None if it comes from the statement: that is a defect, and told as it is.
    """
    code = _code(error)
    if code in _UNWRITABLE:
        return RecordsUnwritable(error)
    return RecordsLocked(error) if code in _LOCKED else None


def _code(error: BaseException | None) -> int | None:
    """The general code, which extended ones have in their lowest byte (https://www.sqlite.org/rescode.html#pve)."""
    code = getattr(error, "sqlite_errorcode", None)  # only what SQLite itself raises has one
    return None if code is None else code & 0xFF
