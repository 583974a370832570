"""SQLite for a program that makes an engine for each statement and throws it away, as Dagster's storage does.

What belongs here: what outlives such an engine. What does not: when it is used (`storage.py`).
"""

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from sqlalchemy import Connection, Engine
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection

from dagster_open_platform_local.demo.unwritable import RecordsUnwritable, is_of_the_disk


class KeptSqliteDialect(sqlite.dialect):
    """One dialect for all engines, with their compiled statements, and with connections that are used again.

    A connection that is closed is kept for the next one who opens that file, in whichever thread: it has read the schema
    and prepared its statements. As long as one is kept, SQLite does not copy the write-ahead log into the file.
    """

    supports_statement_cache = True

    _only: ClassVar["KeptSqliteDialect | None"] = None
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def __new__(cls, **_arguments: Any) -> "KeptSqliteDialect":
        """The only one: the cache of compiled statements knows a dialect by its identity."""
        with cls._lock:
            if cls._only is None:
                cls._only = super().__new__(cls)
        return cls._only

    def __init__(self, **arguments: Any) -> None:
        if not hasattr(self, "_idle"):
            super().__init__(**arguments)
            self._idle: dict[Hashable, list[DBAPIConnection]] = defaultdict(list)
            self._file: dict[int, Hashable] = {}
            self._compiled: dict[Any, Any] = {}

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Let an engine use what others compiled."""
        if isinstance(engine.dialect, KeptSqliteDialect):
            engine.update_execution_options(compiled_cache=engine.dialect._compiled)

    def initialize(self, connection: Connection) -> None:
        """Ask what SQLite this is, once."""
        if self.server_version_info is None:
            super().initialize(connection)

    def connect(self, *arguments: Any, **options: Any) -> DBAPIConnection:
        """An idle connection to the file, or a new one."""
        file = (arguments, tuple(sorted(options.items())))
        with self._lock:
            if self._idle[file]:
                return self._idle[file].pop()
        made = super().connect(*arguments, **options)
        # The disk is waited for at checkpoints only.
        made.cursor().execute("PRAGMA synchronous=NORMAL")
        with self._lock:
            self._file[id(made)] = file
        return made

    # Dagster takes what its records say within a step for the step's own error, so it must have a type here already.

    def do_execute(self, *arguments: Any, **options: Any) -> None:
        """Execute a statement.

        Raises:
            RecordsUnwritable: The disk is full, for example.
        """
        with _of_the_disk():
            super().do_execute(*arguments, **options)

    def do_executemany(self, *arguments: Any, **options: Any) -> None:
        """Execute a statement for each of several rows; errors are those of `do_execute`."""
        with _of_the_disk():
            super().do_executemany(*arguments, **options)

    def do_commit(self, dbapi_connection: Any) -> None:
        """Commit; errors are those of `do_execute`."""
        with _of_the_disk():
            super().do_commit(dbapi_connection)

    def do_close(self, dbapi_connection: DBAPIConnection) -> None:
        """Keep it, which the pool has rolled back."""
        with self._lock:
            self._idle[self._file[id(dbapi_connection)]].append(dbapi_connection)

    def do_terminate(self, dbapi_connection: DBAPIConnection) -> None:
        """Close one that is broken."""
        with self._lock:
            del self._file[id(dbapi_connection)]
        dbapi_connection.close()

    @classmethod
    def close_all(cls) -> None:
        """Close every idle connection and forget what was compiled. The next engine begins anew."""
        with cls._lock:
            dialect, cls._only = cls._only, None
        if dialect is not None:
            for connection in (each for kept in dialect._idle.values() for each in kept):
                connection.close()
            dialect._idle.clear()


@contextmanager
def _of_the_disk() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if is_of_the_disk(error):
            raise RecordsUnwritable(error) from error
        raise
