"""The warehouse connection on DuckDB.

What belongs here: the protocol's operations, as transactions over an open DuckDB connection. What does not: opening and
closing it, and its settings (`resource.py`); running a single statement (`session.py`); the SQL (`sql.py`).
"""

import contextlib
import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from dagster_open_platform.lib.warehouse import checks
from dagster_open_platform.lib.warehouse.arrow import ROWS_PER_BATCH, Incoming, shared_result, shared_stream
from dagster_open_platform.lib.warehouse.databases import DatabaseInfo
from dagster_open_platform.lib.warehouse.duckdb import sql
from dagster_open_platform.lib.warehouse.duckdb.databases import DatabaseFiles
from dagster_open_platform.lib.warehouse.duckdb.errors import classified
from dagster_open_platform.lib.warehouse.duckdb.replicas import DuckDBReplicas
from dagster_open_platform.lib.warehouse.duckdb.types import COLUMN_TYPES
from dagster_open_platform.lib.warehouse.duckdb.views import DuckDBViews
from dagster_open_platform.lib.warehouse.protocol import SchemaDrift, TableRef, Window, WriteResult
from dagster_open_platform.lib.warehouse.schema import WritePlan, plan_replacement, plan_write


class DuckDBConnection(DuckDBReplicas, DuckDBViews):
    """An open DuckDB with the warehouse's database files attached (see `DuckDBStatements`)."""

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run one statement and commit it (see the protocol).

        Files of databases that the statement names are created when they are missing, for it may write to them. Changes
        that are made this way are unknown to `last_updated`.
        """
        for database in self._databases:
            if re.search(rf"\b{database}\b", sql, re.IGNORECASE):
                self._attach(database)
        with self._errors("running a statement"):
            return self._run(sql, parameters)

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        """Run one query (see the protocol)."""
        with self._errors("running a query"):
            result = self._start(sql, parameters).to_arrow_table()
        return shared_result(result)

    @contextlib.contextmanager
    def read(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[pa.RecordBatchReader]:
        """Run one query and give its result batch by batch (see the protocol).

        It has a cursor of its own, which is a transaction of its own: the next statement on this connection would end
        the stream otherwise.
        """
        what = "running a query"
        with contextlib.closing(self._connection.cursor()) as cursor:
            with self._errors(what):
                cursor.execute("SET TimeZone = 'UTC'")
                reader = self._start(sql, parameters, cursor).to_arrow_reader(ROWS_PER_BATCH)
            # A result that is not read to its end keeps its transaction, and so the file, until it is closed.
            with (
                contextlib.closing(reader),
                shared_stream(reader.schema, iter(reader), lambda error: classified(error, what)) as shared,
            ):
                yield shared

    def columns(self, table: TableRef) -> dict[str, str] | None:
        """Return the table's columns with DuckDB's names of their types, or None (see the protocol)."""
        with self._errors(f"reading the columns of {table}"):
            try:
                found = self._connection.execute(sql.describe(table)).fetchall()
            except duckdb.Error:
                # It is not there, or a view over something that isn't: the catalog knows, but looks at every view first.
                bound = [table.database, table.schema, table.name]
                found = self._connection.execute(sql.columns(), bound).fetchall()
        return {str(name).lower(): str(kind) for name, kind, *_ in found} or None

    def replace_window(
        self,
        table: TableRef,
        data: pa.Table | pa.RecordBatchReader,
        window: Window,
        drift: SchemaDrift = SchemaDrift.FAIL,
    ) -> WriteResult:
        """Make the window of the table hold exactly the rows of `data`, in one transaction (see the protocol)."""
        incoming = Incoming(table, data, window)
        plan = self._plan(table, incoming, drift)
        with self._writing(table, incoming):
            self._prepare(table, plan)
            deleted = self._run(sql.delete_window(table, window.column), incoming.bounds or ())
            inserted = self._insert(table, incoming, plan)
        return WriteResult(rows_deleted=deleted, rows_inserted=inserted)

    def replace_table(
        self, table: TableRef, data: pa.Table | pa.RecordBatchReader, keep_columns: bool = False
    ) -> WriteResult:
        """Make the table hold exactly the rows of `data`, in one transaction (see the protocol)."""
        incoming = Incoming(table, data)
        if keep_columns:
            plan = self._plan(table, incoming, SchemaDrift.FOLLOW)
        else:
            plan = plan_replacement(table, incoming.schema, self.columns(table), COLUMN_TYPES)
        with self._writing(table, incoming):
            deleted = 0 if plan.create else self._rows(sql.count_rows(table))[0][0]
            if keep_columns or plan.create:
                self._prepare(table, plan)
                self._run(sql.delete_all(table))
            else:
                self._run(sql.replace_table(table, plan.columns))
            inserted = self._insert(table, incoming, plan)
        return WriteResult(rows_deleted=deleted, rows_inserted=inserted)

    def append(
        self,
        table: TableRef,
        data: pa.Table | pa.RecordBatchReader,
        drift: SchemaDrift = SchemaDrift.FAIL,
    ) -> WriteResult:
        """Add all rows of `data` to the table, or none, in one transaction (see the protocol)."""
        incoming = Incoming(table, data)
        plan = self._plan(table, incoming, drift)
        with self._writing(table, incoming):
            self._prepare(table, plan)
            inserted = self._insert(table, incoming, plan)
        return WriteResult(rows_deleted=0, rows_inserted=inserted)

    def merge(
        self,
        table: TableRef,
        data: pa.Table | pa.RecordBatchReader,
        key: Sequence[str],
        newer_by: str | None = None,
        drift: SchemaDrift = SchemaDrift.FAIL,
    ) -> WriteResult:
        """Update the rows whose key is there and insert the others, in one transaction (see the protocol).

        Rows are updated by deleting and inserting them, which for rows all over a table is several times faster than
        UPDATE or MERGE: the log of a transaction has a new row once, but an update in place value by value.
        """
        incoming = Incoming(table, data, numbered=True)
        key, newer_by = checks.validated_key(table, incoming.schema, key, newer_by)
        plan = self._plan(table, incoming, drift)
        with self._writing(table, incoming):
            self._prepare(table, plan)
            with self._registered(incoming):
                self._run(sql.stage_stream())
            nulls = self._rows(sql.count_null_keys(key))[0][0]
            duplicates = self._rows(sql.sample_duplicate_keys(key))
            checks.check_staged(table, key, nulls, [] if newer_by else duplicates)
            if newer_by and duplicates:
                self._run(sql.drop_superseded(key, newer_by))
            columns = incoming.schema.names
            self._run(sql.match_staged(table, columns, key, newer_by, plan.absent))
            updated = self._run(sql.delete_matched(table, columns, key, newer_by))
            inserted = self._run(sql.insert_matched(table, plan.absent)) - updated
            for statement in sql.drop_staged():
                self._run(statement)
        return WriteResult(rows_deleted=0, rows_inserted=inserted, rows_updated=updated)

    def last_updated(self, tables: Sequence[TableRef]) -> dict[TableRef, dt.datetime | None]:
        """Tell when each table was last written through the seam.

        DuckDB keeps no such time, so each write through the seam notes it in the same transaction. A table that only
        others wrote (dbt, Sling, `execute`) is None; where both wrote, the others' writes don't move the time.
        """
        known: dict[tuple[str, str, str], dt.datetime] = {}
        with self._errors("reading when tables changed"):
            for database in {table.database.lower() for table in tables}:
                bookkeeping = TableRef(database, sql.BOOKKEEPING_SCHEMA, sql.BOOKKEEPING_TABLE)
                if self.columns(bookkeeping) is not None:
                    for schema, name, time in self._rows(
                        sql.recorded_updates(database), [database, database]
                    ):
                        known[(database, schema, name)] = time.astimezone(dt.UTC)
        return {
            table: known.get((table.database.lower(), table.schema.lower(), table.name.lower()))
            for table in tables
        }

    def databases(self) -> list[DatabaseInfo]:
        """Describe the files of the warehouse's directory (see the protocol).

        Last used is the later of the file's time stamp, which every write moves, and the last change that the bookkeeping
        notes; reading leaves no trace. A file that somebody has open is used now.
        """
        return self._files().databases()

    def clone_database(self, source: str, clone: str) -> bool:
        """Make a copy of a file (see the protocol). Nobody may write to the source meanwhile.

        Raises:
            WarehouseLocked: Another process holds the source.
        """
        return self._files().clone(source, clone)

    def drop_database(self, name: str) -> bool:
        """Delete a file (see the protocol).

        Raises:
            WarehouseLocked: Another process holds it.
        """
        return self._files().drop(name)

    def _files(self) -> DatabaseFiles:
        return DatabaseFiles(self._connection, self._directory, self._attach)

    def quoted(self, table: TableRef) -> str:
        """Return `"database"."schema"."table"`."""
        return sql.quoted(table)

    def _plan(self, table: TableRef, incoming: Incoming, drift: SchemaDrift) -> WritePlan:
        """Compare the data with the table, whose database must be one of this warehouse."""
        self._writable(table)
        return plan_write(table, incoming.schema, self.columns(table), COLUMN_TYPES, drift)

    @contextlib.contextmanager
    def _writing(self, table: TableRef, incoming: Incoming) -> Iterator[None]:
        """Run the block in a transaction that notes at its end that the table changed."""
        self._attach(self._writable(table))
        with self._errors(f"writing to {table}", incoming), self._transaction():
            yield
            self._record(table)

    def _prepare(self, table: TableRef, plan: WritePlan) -> None:
        """Create the table or add the columns that the plan says are missing."""
        if plan.create:
            self._run(sql.create_schema(table.database, table.schema))
            self._run(sql.create_table(table, plan.columns))
        for name, kind in plan.added.items():
            self._run(sql.add_column(table, name, kind))

    def _insert(self, table: TableRef, incoming: Incoming, plan: WritePlan) -> int:
        with self._registered(incoming):
            return self._run(sql.insert_stream(table, plan.absent))

    @contextlib.contextmanager
    def _registered(self, incoming: Incoming) -> Iterator[None]:
        # A reader itself would be scanned by Arrow, which reads up to a gigabyte ahead of what DuckDB takes.
        self._connection.register(sql.STREAM, incoming.reader().__arrow_c_stream__())
        try:
            yield
        finally:
            self._connection.unregister(sql.STREAM)
