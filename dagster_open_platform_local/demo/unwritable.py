"""Records that cannot be written, told by a type.

What belongs here: the failure, and which of SQLite's errors mean it. What does not: where they are met (`sqlite_dialect.py`, `storage.py`).
"""

import sqlite3

from dagster_open_platform.utils.failures import PermanentFailure

_MEANING = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}


class RecordsUnwritable(PermanentFailure):
    """Dagster's own records cannot be written, so that nobody would know what was done.

    Args:
        cause: What SQLite says of it.
    """

    def __init__(self, cause: object) -> None:
        super().__init__(
            f"Dagster's records cannot be written ({cause}). Make space where DAGSTER_HOME is, and run it again: what was not"
            " recorded as done is done once more."
        )


def is_of_the_disk(error: sqlite3.OperationalError) -> bool:
    """Whether an error comes from the files beneath, and not from the statement or from somebody's lock.

    Extended codes have the general one in their lowest byte (https://www.sqlite.org/rescode.html#pve).
    """
    code = getattr(error, "sqlite_errorcode", None)  # only what SQLite itself raises has one
    return code is not None and code & 0xFF in _MEANING
