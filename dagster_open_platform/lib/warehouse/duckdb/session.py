"""Statements of an open DuckDB with the warehouse's files: rows, errors, transactions, the note that a table changed.

What belongs here: what every operation does with one statement. What does not: the operations (`connection.py`,
`objects.py`) and the SQL (`sql.py`).
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from dagster_open_platform.lib.warehouse import checks
from dagster_open_platform.lib.warehouse.arrow import Incoming
from dagster_open_platform.lib.warehouse.duckdb import object_storage, sql
from dagster_open_platform.lib.warehouse.duckdb.errors import classified
from dagster_open_platform.lib.warehouse.protocol import TableRef


class DuckDBStatements:
    """An open DuckDB with the warehouse's database files attached.

    Args:
        connection: Open connection; whoever opened it closes it.
        databases: Physical names of the databases that the warehouse writes.
        attach: Attaches one of them by its name, creating the file when it is missing; does nothing when it is
            attached already.
        read_only: Physical names of the databases that the warehouse only reads.
        directory: Where the files are.
    """

    engine = "duckdb"

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        databases: Sequence[str],
        attach: Callable[[str], None],
        read_only: Sequence[str] = (),
        *,
        directory: Path,
    ) -> None:
        self._connection = connection
        self._databases = databases
        self._attach = attach
        self._read_only = read_only
        self._directory = directory

    def _start(
        self, statement: str, parameters: Sequence[Any] = (), cursor: duckdb.DuckDBPyConnection | None = None
    ) -> duckdb.DuckDBPyConnection:
        """Run a statement and return its result; set object storage up when, and only when, the statement needs it.

        DuckDB says so before it has done anything of the statement, so that it can be run again. A connection that meets
        no `s3://` pays nothing; one that does pays 30 ms, once.
        """
        at = cursor or self._connection
        try:
            return at.execute(statement, list(parameters))
        except duckdb.Error as error:
            if not object_storage.is_wanted_by(error):
                raise
            object_storage.set_up(self._connection)
            return at.execute(statement, list(parameters))

    def _run(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement and return the rows that it changed; DuckDB answers those in a column `Count`."""
        result = self._start(statement, parameters)
        described = result.description or []
        if [column[0] for column in described] != ["Count"]:
            return 0
        row = result.fetchone()
        return int(row[0]) if row else 0

    def _rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._start(statement, parameters).fetchall()

    @contextlib.contextmanager
    def _errors(self, what: str, incoming: Incoming | None = None) -> Iterator[None]:
        """Turn DuckDB's exceptions into typed ones; a failure of the incoming stream goes before what it caused."""
        try:
            yield
        except duckdb.Error as error:
            if incoming is not None and incoming.failure is not None:
                raise incoming.failure from incoming.failure.__cause__
            raise classified(error, what) from error

    def _writable(self, table: TableRef) -> str:
        """Return the table's database as the warehouse spells it, if the warehouse writes to it (see `checks`)."""
        return checks.known_database(table, self._databases, self._read_only)

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            # In here, for whoever is interrupted at that moment would leave it open.
            self._connection.execute("BEGIN TRANSACTION")
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            # A commit that failed has rolled back already, and a broken database refuses everything: none of that may
            # hide the error that is on its way.
            with contextlib.suppress(duckdb.Error):
                self._connection.execute("ROLLBACK")
            raise

    def _record(self, table: TableRef) -> None:
        """Note in the same database, and so in the same transaction, that the table changed."""
        for statement in sql.create_bookkeeping(table.database):
            self._run(statement)
        forget, note = sql.record_update(table.database)
        self._run(forget, [table.schema, table.name])
        self._run(note, [table.schema, table.name, dt.datetime.now(dt.UTC)])


def attached(connection: duckdb.DuckDBPyConnection) -> Mapping[str, str | None]:
    """Return the databases that are attached: lower-case name to file."""
    rows = connection.execute(
        "SELECT lower(database_name), path FROM duckdb_databases() WHERE NOT internal"
    ).fetchall()
    return {str(name): path for name, path in rows}
