"""The source of every sync: a model's rows, read from the laptop's warehouse.

What belongs here: opening the file, the query, and values as JSON holds them. What does not: what is sent (`planning.py`).

DuckDB lets others read a file only while nobody has it open for writing, so it is open only for the length of a query.
"""

import re
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from dagster_open_platform_local.services.saas.crm.records import as_text
from dagster_open_platform_local.services.saas.hightouch.errors import RunCancelledError, RunError
from dagster_open_platform_local.services.saas.hightouch.syncs import DATABASE, SCHEMA, Sync
from dagster_open_platform_local.services.warehouse_file import database_file

Row = Mapping[str, Any]
_BUSY = re.compile("Could not set lock on file|Unique file handle conflict")
_LONGEST_PAUSE_SECONDS = 0.5


@dataclass
class Source:
    """The warehouse, asked by one query at a time.

    Args:
        warehouse: Directory of its files.
        patience_seconds: How long to wait for a process that has the file open for writing.
    """

    warehouse: Path
    patience_seconds: float = 60.0
    _mine: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def rows(self, sync: Sync, cancelled: threading.Event) -> dict[str, Row]:
        """A model's rows, as JSON holds them, by their primary key as text.

        Args:
            sync: Whose model.
            cancelled: Set when they are not wanted any more.

        Raises:
            RunError: The table or a column is not there, the key is missing or comes twice, or the file could not be opened in time.
            RunCancelledError: It was set.
        """
        columns = [sync.key, *sync.mappings]
        chosen = ", ".join(f'"{name}"' for name in columns)
        query = f'SELECT {chosen} FROM "{DATABASE}"."{SCHEMA}"."{sync.slug}"'  # noqa: S608  # names are constants
        with self._mine, closing(self._open(cancelled)) as connection:
            try:
                found = connection.execute(query).fetchall()
            except duckdb.Error as error:
                raise RunError(f"The model's query failed: {error}") from error
        rows: dict[str, Row] = {}
        for key, *values in found:
            if key is None:
                raise RunError(f"The primary key {sync.key} of a row of the model is null")
            if as_text(key) in rows:
                raise RunError(f"The primary key {sync.key} of the model is not unique: {key} comes twice")
            rows[as_text(key)] = dict(zip(sync.mappings, map(_json, values), strict=True))
        return rows

    def _open(self, cancelled: threading.Event) -> duckdb.DuckDBPyConnection:
        path = database_file(self.warehouse, DATABASE)
        if not path.exists():
            raise RunError(f"Database '{DATABASE.upper()}' does not exist or not authorized.")
        deadline, pause = time.monotonic() + self.patience_seconds, 0.02
        while not cancelled.is_set():
            connection = duckdb.connect()
            try:
                connection.execute("SET TimeZone = 'UTC'")
                connection.execute(
                    f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS {DATABASE} (READ_ONLY)"
                )
            except duckdb.Error as error:
                connection.close()
                if not _BUSY.search(str(error)):
                    raise RunError(f"The source cannot be opened: {error}") from error
                if time.monotonic() >= deadline:
                    raise RunError(
                        f"The source could not be queried for {self.patience_seconds:g} s: another process has {path.name} open."
                    ) from error
            else:
                return connection
            cancelled.wait(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
        raise RunCancelledError


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    # Other types become text, as Hightouch sends them.
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)
