"""The destination of every connection: the DuckDB file that stands for Snowflake's database FIVETRAN.

What belongs here: the file, and waiting for it. What does not: what is written (`loading.py`).

DuckDB lets one process write a file while no other has it open, so it is open only for the length of a load.
"""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from dagster_open_platform_local.services.saas.fivetran.errors import SyncCancelledError, SyncError
from dagster_open_platform_local.services.warehouse_file import FILE_FORMAT

DATABASE = "fivetran"
_BUSY = re.compile("Could not set lock on file|Unique file handle conflict")
_LONGEST_PAUSE_SECONDS = 0.5


@dataclass
class Destination:
    """Opens the file, for one load at a time.

    Args:
        path: Of the file; made if it is missing.
        patience_seconds: How long to wait for a process that has it open.
    """

    path: Path
    patience_seconds: float = 60.0
    _mine: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @contextmanager
    def transaction(self, cancelled: threading.Event) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection in a transaction, which is committed at the end and rolled back by any error.

        Args:
            cancelled: Set when the load is not wanted any more.

        Raises:
            SyncError: Others have had the file open for too long, or it is no database.
            SyncCancelledError: It was set.
        """
        with self._mine, closing(self._open(cancelled)) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.begin()
            yield connection
            if cancelled.is_set():
                raise SyncCancelledError
            connection.commit()

    def _open(self, cancelled: threading.Event) -> duckdb.DuckDBPyConnection:
        deadline, pause = time.monotonic() + self.patience_seconds, 0.02
        while not cancelled.is_set():
            try:
                return duckdb.connect(str(self.path), config=FILE_FORMAT)
            except (duckdb.IOException, duckdb.BinderException) as error:
                if not _BUSY.search(str(error)):
                    raise SyncError(f"The destination cannot be opened: {error}") from error
                if time.monotonic() >= deadline:
                    raise SyncError(
                        f"The destination could not be reached for {self.patience_seconds:g} s: another process has"
                        f" {self.path.name} open."
                    ) from error
            cancelled.wait(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
        raise SyncCancelledError
