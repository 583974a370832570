"""Plans and runs queries in DuckDB.

What belongs here: the DuckDB database of the service, a query's plan with what it scans and costs, its result as a
table. What does not: HTTP and jobs.

Results are tables of an in-memory database: paging through one then needs no copy in Python.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb
from duckdb.sqltypes import DuckDBPyType
from sqlglot import exp

from dagster_open_platform_local.services.bigquery.encoding import field, row_sql
from dagster_open_platform_local.services.bigquery.errors import BigQueryError, invalid_query
from dagster_open_platform_local.services.bigquery.functions import MACROS
from dagster_open_platform_local.services.bigquery.parameters import QueryParameter
from dagster_open_platform_local.services.bigquery.sql import (
    EMPTY_SCHEMA,
    Query,
    constant_sql,
    read_query,
    translate,
)
from dagster_open_platform_local.services.bigquery.tables import (
    PUBLIC_PROJECT,
    Catalog,
    DailyTable,
    TableName,
)

_MEBIBYTE = 1 << 20
_LEAST_BILLED = 10 * _MEBIBYTE
_BYTES_A_SLOT_MS = 4_000
_UNKNOWN_COLUMN = re.compile(
    r'(?:column|Column) "?([\w.]+)"? not found|Referenced column "([^"]+)" not found'
)

Columns = Sequence[tuple[str, DuckDBPyType]]


@dataclass(frozen=True)
class Plan:
    """A query that can run.

    Args:
        sql: DuckDB's SQL.
        values: Its parameters.
        tables: The tables that it reads.
        partitions: How many partitions of them.
        bytes_processed: Logical size of the columns it reads in those partitions.
        columns: Names and DuckDB types of its result.
    """

    sql: str
    values: Mapping[str, Any]
    tables: tuple[TableName, ...]
    partitions: int
    bytes_processed: int
    columns: Columns

    @property
    def bytes_billed(self) -> int:
        """Bytes processed, rounded up to a MiB, at least 10 MiB a table.

        https://cloud.google.com/bigquery/pricing#on_demand_pricing
        """
        if not self.tables:
            return 0
        rounded = -(-self.bytes_processed // _MEBIBYTE) * _MEBIBYTE
        return max(rounded, _LEAST_BILLED * len(self.tables))

    @property
    def slot_milliseconds(self) -> int:
        """A made-up measure of work that depends on what is scanned alone."""
        return 50 * len(self.tables) + 5 * self.partitions + self.bytes_processed // _BYTES_A_SLOT_MS

    def schema(self) -> dict[str, Any]:
        """The result's `TableSchema`."""
        return {"fields": [field(name, kind) for name, kind in self.columns]}


class Engine:
    """DuckDB over the company's files.

    Args:
        catalog: The tables that exist.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self._database = duckdb.connect(":memory:")
        # A fraction of the machine: the platform works beside this service.
        for statement in (
            "SET TimeZone = 'UTC'",
            "SET threads = 2",
            f"CREATE SCHEMA {EMPTY_SCHEMA}",
            *MACROS,
        ):
            self._database.execute(statement)
        self._database.execute("CREATE SCHEMA results")
        for project in (catalog.project, PUBLIC_PROJECT):
            for dataset in catalog.datasets(project):
                for table in catalog.tables(project, dataset):
                    empty = table.schema.empty_table()
                    self._database.register("empty", empty)
                    self._database.execute(f'CREATE TABLE {EMPTY_SCHEMA}."{table.name.table}" AS FROM empty')
                    self._database.unregister("empty")

    def plan(
        self, text: str, parameters: Sequence[QueryParameter], default_dataset: tuple[str, str] | None = None
    ) -> Plan:
        """Plan a query.

        Args:
            text: BigQuery's SQL.
            parameters: Its parameters.
            default_dataset: Project and dataset of tables named without one.

        Raises:
            BigQueryError: The query cannot run, for a reason that is visible without running it.
        """
        query = read_query(text, parameters)
        cursor = self._cursor()

        def evaluate(constant: exp.Expr, kind: str) -> datetime | date | None:
            return _evaluate(cursor, query, constant, kind)

        translation = translate(query, self.catalog, default_dataset, evaluate)
        processed = sum(
            table.leaves()[leaf] * sum(table.rows(day) for day in days)
            for table, days, leaves in translation.scans
            for leaf in leaves
        )
        try:
            described = cursor.execute(f"FROM ({translation.sql}) LIMIT 0", dict(query.values))
        except duckdb.Error as error:
            raise _query_error(error) from error
        return Plan(
            sql=translation.sql,
            values=query.values,
            tables=tuple(sorted({table.name for table, _, _ in translation.scans})),
            partitions=sum(len(days) for _, days, _ in translation.scans),
            bytes_processed=processed,
            columns=[(each[0], each[1]) for each in described.description or []],
        )

    def run(self, plan: Plan, result: str) -> int:
        """Run a query into a table of results.

        Args:
            plan: The query.
            result: Name of the new table.

        Returns:
            How many rows there are.

        Raises:
            BigQueryError: The query fails on the data.
        """
        cursor = self._cursor()
        try:
            cursor.execute(f'CREATE TABLE results."{result}" AS {plan.sql}', dict(plan.values))
            counted = cursor.execute(f'FROM results."{result}" SELECT COUNT(*)').fetchone()
        except duckdb.Error as error:
            raise _query_error(error) from error
        return int(counted[0]) if counted else 0

    def rows(
        self, columns: Columns, result: str, start: int, count: int, *, int64_timestamp: bool
    ) -> list[str]:
        """Rows of a result as JSON texts, in the query's order."""
        row = row_sql(columns, int64_timestamp=int64_timestamp)
        sql = (
            f'FROM results."{result}" SELECT {row} '
            "WHERE rowid >= $start AND rowid < $start + $count ORDER BY rowid"
        )
        return self._texts(self._cursor(), sql, {"start": start, "count": count})

    def table_rows(self, table: DailyTable, start: int, count: int, *, int64_timestamp: bool) -> list[str]:
        """Rows of a stored table as JSON texts, by partition and time."""
        cursor = self._cursor()
        described = cursor.execute(f'FROM {EMPTY_SCHEMA}."{table.name.table}"').description or []
        columns = [(each[0], each[1]) for each in described]
        paths = [str(table.file(day)) for day in table.days()]
        if not paths:
            return []
        row = row_sql(columns, int64_timestamp=int64_timestamp)
        sql = f"FROM READ_PARQUET($paths, hive_partitioning = false) SELECT {row} LIMIT $count OFFSET $start"
        return self._texts(cursor, sql, {"paths": paths, "start": start, "count": count})

    def _texts(self, cursor: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, Any]) -> list[str]:
        try:
            return cursor.execute(sql, dict(values)).to_arrow_table().column(0).to_pylist()
        except duckdb.Error as error:
            raise _query_error(error) from error

    def forget(self, result: str) -> None:
        """Drop a result."""
        self._cursor().execute(f'DROP TABLE IF EXISTS results."{result}"')

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        # A cursor is a connection of its own to the same database: queries of several threads do not meet.
        cursor = self._database.cursor()
        cursor.execute("SET TimeZone = 'UTC'")
        return cursor


def _evaluate(
    cursor: duckdb.DuckDBPyConnection, query: Query, constant: exp.Expr, kind: str
) -> datetime | date | None:
    # DuckDB refuses values for parameters that a statement does not have.
    names = {parameter.name for parameter in constant.find_all(exp.Parameter)}
    try:
        row = cursor.execute(
            constant_sql(constant, kind), {name: query.values[name] for name in names}
        ).fetchone()
    except duckdb.Error as error:
        raise _query_error(error) from error
    value = row[0] if row else None
    if isinstance(value, int):
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value)
    return value


def _query_error(error: duckdb.Error) -> BigQueryError:
    """What went wrong in a query, as BigQuery would put it where the words are known."""
    message = str(error).splitlines()[0]
    if isinstance(error, duckdb.IOException):
        return BigQueryError("tableUnavailable", f"A file of the table cannot be read: {message}")
    if match := _UNKNOWN_COLUMN.search(str(error)):
        return invalid_query(f"Unrecognized name: {match[1] or match[2]}")
    return invalid_query(message.partition(": ")[2] or message)
