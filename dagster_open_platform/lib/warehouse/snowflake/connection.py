"""The warehouse connection on Snowflake.

What belongs here: the protocol's operations over an open Snowflake session. What does not: opening and closing it, and
its settings (`resource.py`); running a single statement (`session.py`); the SQL (`sql.py`).

DDL commits on Snowflake. So a write first brings its rows into a temporary table, where they are checked, then creates
or widens its target, and changes rows last, in one transaction or one statement.
"""

import contextlib
import datetime as dt
import tempfile
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dagster_open_platform.lib.warehouse import checks
from dagster_open_platform.lib.warehouse.arrow import ROW_NUMBER, Incoming, shared_result, shared_stream
from dagster_open_platform.lib.warehouse.databases import DatabaseInfo, RepointedViews
from dagster_open_platform.lib.warehouse.errors import StatementFailed
from dagster_open_platform.lib.warehouse.protocol import SchemaDrift, TableRef, Window, WriteResult
from dagster_open_platform.lib.warehouse.schema import WritePlan, plan_replacement, plan_write
from dagster_open_platform.lib.warehouse.snowflake import sql
from dagster_open_platform.lib.warehouse.snowflake.databases import SnowflakeDatabases
from dagster_open_platform.lib.warehouse.snowflake.errors import is_missing
from dagster_open_platform.lib.warehouse.snowflake.replicas import SnowflakeReplicas
from dagster_open_platform.lib.warehouse.snowflake.session import batches, result_schema
from dagster_open_platform.lib.warehouse.snowflake.staging import parquet_files
from dagster_open_platform.lib.warehouse.snowflake.types import COLUMN_TYPES
from dagster_open_platform.lib.warehouse.snowflake.views import SnowflakeViews

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection as Session


class SnowflakeConnection(SnowflakeReplicas):
    """An open Snowflake session.

    Args:
        session: Open session in autocommit mode with `?` placeholders and the time zone UTC; whoever opened it closes
            it.
        databases: Physical names of the databases that the warehouse has.
        secrets: Texts that must not get into messages.
        read_only: Physical names of the databases that the warehouse only reads.
    """

    engine = "snowflake"

    def __init__(
        self,
        session: "Session",
        databases: Sequence[str],
        secrets: Sequence[str] = (),
        read_only: Sequence[str] = (),
    ) -> None:
        super().__init__(session, secrets)
        self._databases = databases
        self._read_only = read_only
        # Stages and tables of this session; others have other numbers.
        self._number = uuid.uuid4().hex

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run one statement and commit it (see the protocol)."""
        with self._errors("running a statement"):
            return self._changed(self._run(sql, parameters))

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        """Run one query (see the protocol).

        Rows come through the cursor's Python values: the connector's Arrow results choose the width of numbers and the
        unit of times by the values, so an empty or a lucky result would have other types.
        """
        with self._errors("running a query"):
            cursor = self._run(sql, parameters)
            schema = result_schema(cursor)
            result = pa.Table.from_batches(batches(cursor, schema), schema)
        return shared_result(result)

    @contextlib.contextmanager
    def read(self, sql: str, parameters: Sequence[Any] = ()) -> Iterator[pa.RecordBatchReader]:
        """Run one query and give its result batch by batch (see the protocol).

        Snowflake keeps the result; the connector fetches it part by part, whatever else the session does meanwhile.
        """
        what = "running a query"
        with self._errors(what):
            cursor = self._run(sql, parameters)
            schema = result_schema(cursor)
        with (
            contextlib.closing(cursor),
            shared_stream(
                schema, batches(cursor, schema), lambda error: self._classified(error, what)
            ) as shared,
        ):
            yield shared

    def columns(self, table: TableRef) -> dict[str, str] | None:
        """Return the table's columns with Snowflake's names of their types, or None (see the protocol)."""
        from snowflake.connector.errors import Error

        with self._errors(f"reading the columns of {table}"):
            try:
                rows = self._rows(sql.columns(table))
            except Error as error:
                if is_missing(error):
                    return None
                raise
        return {str(row[0]).lower(): str(row[1]) for row in rows}

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
        with self._staged(table, incoming, plan) as staged:
            self._prepare(table, plan)
            with self._transaction():
                deleted = self._changed(
                    self._run(sql.delete_window(table, window.column), incoming.bounds or ())
                )
                inserted = self._insert(table, staged, plan)
        return WriteResult(rows_deleted=deleted, rows_inserted=inserted)

    def replace_table(
        self, table: TableRef, data: pa.Table | pa.RecordBatchReader, keep_columns: bool = False
    ) -> WriteResult:
        """Make the table hold exactly the rows of `data`, in one statement or transaction (see the protocol).

        Where the columns are the data's, the old rows are counted just before they go, so somebody else's write between
        may be missing from the count.
        """
        incoming = Incoming(table, data)
        if keep_columns:
            plan = self._plan(table, incoming, SchemaDrift.FOLLOW)
            with self._staged(table, incoming, plan) as staged:
                self._prepare(table, plan)
                with self._transaction():
                    deleted = self._changed(self._run(sql.delete_all(table)))
                    inserted = self._insert(table, staged, plan)
            return WriteResult(rows_deleted=deleted, rows_inserted=inserted)
        checks.known_database(table, self._databases, self._read_only)
        plan = plan_replacement(table, incoming.schema, self.columns(table), COLUMN_TYPES)
        with self._staged(table, incoming, plan) as staged:
            deleted = 0 if plan.create else self._rows(sql.count_table(table))[0][0]
            self._run(sql.replace_with_staged(table, staged, [*plan.columns]))
        return WriteResult(rows_deleted=deleted, rows_inserted=incoming.rows)

    def append(
        self,
        table: TableRef,
        data: pa.Table | pa.RecordBatchReader,
        drift: SchemaDrift = SchemaDrift.FAIL,
    ) -> WriteResult:
        """Add all rows of `data` to the table, or none, in one statement (see the protocol)."""
        incoming = Incoming(table, data)
        plan = self._plan(table, incoming, drift)
        with self._staged(table, incoming, plan) as staged:
            self._prepare(table, plan)
            inserted = self._insert(table, staged, plan)
        return WriteResult(rows_deleted=0, rows_inserted=inserted)

    def merge(
        self,
        table: TableRef,
        data: pa.Table | pa.RecordBatchReader,
        key: Sequence[str],
        newer_by: str | None = None,
        drift: SchemaDrift = SchemaDrift.FAIL,
    ) -> WriteResult:
        """Update the rows whose key is there and insert the others, in one statement (see the protocol)."""
        incoming = Incoming(table, data, numbered=True)
        key, newer_by = checks.validated_key(table, incoming.schema, key, newer_by)
        plan = self._plan(table, incoming, drift)
        with self._staged(table, incoming, plan) as staged:
            checks.check_staged(
                table,
                key,
                nulls=self._rows(sql.count_null_keys(staged, key))[0][0],
                duplicates=[] if newer_by else self._rows(sql.sample_duplicate_keys(staged, key)),
            )
            self._prepare(table, plan)
            merge = sql.merge_staged(table, staged, [*plan.columns], key, newer_by, plan.absent)
            counts = self._counts(self._run(merge))
        return WriteResult(rows_deleted=0, rows_inserted=counts["inserted"], rows_updated=counts["updated"])

    def last_updated(self, tables: Sequence[TableRef]) -> dict[TableRef, dt.datetime | None]:
        """Tell when each table was last altered, by anybody and in any way: DDL counts too."""
        known: dict[tuple[str, str, str], dt.datetime] = {}
        with self._errors("reading when tables changed"):
            for database in sorted({table.database.upper() for table in tables}):
                names = [
                    part.upper()
                    for table in tables
                    if table.database.upper() == database
                    for part in (table.schema, table.name)
                ]
                for schema, table_name, time in self._rows(
                    sql.last_altered(database, len(names) // 2), names
                ):
                    known[(database, schema, table_name)] = time.astimezone(dt.UTC)
        return {
            table: known.get((table.database.upper(), table.schema.upper(), table.name.upper()))
            for table in tables
        }

    def databases(self) -> list[DatabaseInfo]:
        """Describe the databases that the role may know of (see the protocol).

        Reading counts as use too. What happened in the last one and a half hours may be missing (`databases.py`).
        """
        return SnowflakeDatabases(self._session, self._secrets).databases()

    def clone_database(self, source: str, clone: str) -> bool:
        """Make a clone, which takes no space until either changes (see the protocol)."""
        return SnowflakeDatabases(self._session, self._secrets).clone(source, clone)

    def repoint_views(self, clone: str, masks: Mapping[str, str]) -> RepointedViews:
        """Have the views of a clone read clones (see the protocol)."""
        return SnowflakeViews(self._session, self._secrets).repoint(clone, masks)

    def mask_column(self, clone: str, schema: str, column: str, mask: str) -> int:
        """Mask values (see the protocol)."""
        return SnowflakeViews(self._session, self._secrets).mask_column(clone, schema, column, mask)

    def drop_database(self, name: str) -> bool:
        """Drop a clone; UNDROP DATABASE brings it back within its retention (see the protocol)."""
        return SnowflakeDatabases(self._session, self._secrets).drop(name)

    def quoted(self, table: TableRef) -> str:
        """Return `"DATABASE"."SCHEMA"."TABLE"`."""
        return sql.quoted(table)

    def _plan(self, table: TableRef, incoming: Incoming, drift: SchemaDrift) -> WritePlan:
        """Compare the data with the table, whose database must be one of this warehouse."""
        checks.known_database(table, self._databases, self._read_only)
        return plan_write(table, incoming.schema, self.columns(table), COLUMN_TYPES, drift)

    @contextlib.contextmanager
    def _staged(self, table: TableRef, incoming: Incoming, plan: WritePlan) -> Iterator[str]:
        """Bring the incoming rows into a temporary table, give its name, and drop it."""
        columns = dict(plan.columns)
        if incoming.numbered:
            columns[ROW_NUMBER] = COLUMN_TYPES.sql_type(pa.int64())
        staged = f"_incoming_{uuid.uuid4().hex}"
        with self._errors(f"writing to {table}", incoming):
            if plan.create:
                self._run(sql.create_schema(table))
            self._run(sql.use_schema(table))
            self._run(sql.create_staged(staged, columns))
            with contextlib.ExitStack() as stack:
                stack.callback(self._drop, staged)
                self._load(table, staged, columns, incoming)
                yield staged

    def _drop(self, staged: str) -> None:
        """Drop the temporary table. That it cannot be dropped is no failure of the write: it goes with the session."""
        from snowflake.connector.errors import Error

        with contextlib.suppress(Error):
            self._run(sql.drop_staged(staged))

    def _load(self, table: TableRef, staged: str, columns: dict[str, str], incoming: Incoming) -> None:
        """Upload the rows as files and copy them into the temporary table."""
        stage = f"_incoming_files_{self._number}"
        self._run(sql.create_stage(table, stage))
        with tempfile.TemporaryDirectory(prefix="warehouse_") as directory:
            for file in parquet_files(incoming.reader(), Path(directory), staged):
                self._run(sql.put(file, table, stage))
                file.unlink()
        if incoming.rows:
            self._run(sql.copy(staged, columns, table, stage))
        loaded = self._rows(sql.count_rows(staged))[0][0]
        if loaded != incoming.rows:
            raise StatementFailed(
                f"Of {incoming.rows} rows for {table}, {loaded} arrived at Snowflake. Nothing was changed."
            )

    def _insert(self, table: TableRef, staged: str, plan: WritePlan) -> int:
        return self._changed(self._run(sql.insert_staged(table, staged, [*plan.columns], plan.absent)))

    def _prepare(self, table: TableRef, plan: WritePlan) -> None:
        """Create the table or add the columns that the plan says are missing. Commits."""
        if plan.create:
            self._run(sql.create_table(table, plan.columns))
        for column, kind in plan.added.items():
            self._run(sql.add_column(table, column, kind))
