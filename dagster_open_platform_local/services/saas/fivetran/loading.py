"""What a sync writes into the destination: tables, columns, and the rows that differ.

What belongs here: the SQL. What does not: when a sync runs (`syncs.py`), and the file (`destination.py`).

As Fivetran documents it (https://fivetran.com/docs/core-concepts#syncmodes, …#systemcolumns): rows are matched by primary key,
`_fivetran_synced` is when a row was last written, a row that is gone at the source is marked by `_fivetran_deleted` where the
table has that column and removed where it does not, and a column that is gone at the source stays in the destination.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from dagster_open_platform_local.company.fivetran.layouts import DELETED, SYNCED, Column, Layout
from dagster_open_platform_local.services.saas.fivetran.errors import SyncError

_TYPES = {
    "STRING": "VARCHAR",
    "BOOLEAN": "BOOLEAN",
    "SHORT": "SMALLINT",
    "INT": "INTEGER",
    "LONG": "BIGINT",
    "FLOAT": "FLOAT",
    "DOUBLE": "DOUBLE",
    "LOCALDATE": "DATE",
    "LOCALDATETIME": "TIMESTAMP",
    "INSTANT": "TIMESTAMP WITH TIME ZONE",
    "JSON": "JSON",
}
# In quotes, and like no column's name: a column `new` would be taken for the rows of that name.
_OLD, _NEW = '"$old"', '"$new"'
_INCOMING = f"temp.main.incoming AS {_NEW}"


@dataclass(frozen=True)
class Loaded:
    """What a load did, in rows.

    Args:
        inserted: New ones.
        updated: Changed, or back after they had been gone.
        deleted: Marked or removed.
    """

    inserted: int = 0
    updated: int = 0
    deleted: int = 0

    def __add__(self, other: "Loaded") -> "Loaded":
        return Loaded(
            self.inserted + other.inserted, self.updated + other.updated, self.deleted + other.deleted
        )


@dataclass(frozen=True)
class Load:
    """What shall be in the destination.

    Args:
        schema: Of the destination.
        tables: The tables to be written, with the columns to be written.
        rows: By table; none for a table that is not there.
        rewritten: Tables whose rows are all written again, changed or not: a re-sync.
        now: The moment that `_fivetran_synced` gets.
    """

    schema: str
    tables: Sequence[Layout]
    rows: Mapping[str, pa.Table]
    rewritten: Collection[str]
    now: datetime


def load(connection: duckdb.DuckDBPyConnection, wanted: Load, before_each: Callable[[], None]) -> Loaded:
    """Bring the destination to what is wanted.

    Args:
        connection: In whose transaction it happens.
        wanted: What shall be there.
        before_each: Called before each table; what it raises ends the load.

    Raises:
        SyncError: A table's rows do not fit it; names the table.
    """
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_quoted(wanted.schema)}")
    existing = _existing_columns(connection, wanted.schema)
    done = Loaded()
    for layout in wanted.tables:
        before_each()
        try:
            _make_table(connection, wanted.schema, layout, existing.get(layout.name, {}))
            done += _TableLoad(connection, wanted, layout).run()
        except duckdb.Error as error:
            raise SyncError(f"The table {wanted.schema}.{layout.name} cannot be written: {error}") from error
    return done


def make_tables(connection: duckdb.DuckDBPyConnection, schema: str, tables: Sequence[Layout]) -> None:
    """Make those that are missing, and the columns that they lack; as a load does, but without looking at rows.

    Args:
        connection: In whose transaction it happens.
        schema: Of the destination.
        tables: With the columns that they shall have.
    """
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {_quoted(schema)}")
    existing = _existing_columns(connection, schema)
    for layout in tables:
        _make_table(connection, schema, layout, existing.get(layout.name, {}))


def destination_type(column: Column) -> str:
    """DuckDB's type for one of Fivetran's, by the name that DuckDB gives it."""
    return _TYPES.get(column.type, column.type)


def _existing_columns(connection: duckdb.DuckDBPyConnection, schema: str) -> dict[str, dict[str, str]]:
    """Type by column by table."""
    found: dict[str, dict[str, str]] = {}
    for table, column, type_ in connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = current_database() AND schema_name = ?",
        [schema],
    ).fetchall():
        found.setdefault(table, {})[column] = type_
    return found


def _make_table(
    connection: duckdb.DuckDBPyConnection, schema: str, layout: Layout, existing: Mapping[str, str]
) -> None:
    name = f"{_quoted(schema)}.{_quoted(layout.name)}"
    if not existing:
        columns = ", ".join(f"{_quoted(each.name)} {destination_type(each)}" for each in layout.columns)
        connection.execute(f"CREATE TABLE {name} ({columns})")
        return
    for column in layout.columns:
        quoted, type_ = _quoted(column.name), destination_type(column)
        if column.name not in existing:
            connection.execute(f"ALTER TABLE {name} ADD COLUMN {quoted} {type_}")
        elif existing[column.name].replace(" ", "") != type_.replace(" ", ""):
            connection.execute(f"ALTER TABLE {name} ALTER COLUMN {quoted} SET DATA TYPE {type_}")


class _TableLoad:
    """Brings the rows of one table."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, wanted: Load, layout: Layout) -> None:
        self._connection = connection
        self._layout = layout
        self._rows = wanted.rows.get(layout.name)
        self._now = wanted.now
        self._rewrites = layout.name in wanted.rewritten
        self._table = f"{_quoted(wanted.schema)}.{_quoted(layout.name)}"
        self._same_key = " AND ".join(
            f"{_OLD}.{_quoted(name)} IS NOT DISTINCT FROM {_NEW}.{_quoted(name)}"
            for name in layout.primary_key
        )
        self._columns = [each for each in layout.columns if each.name not in (SYNCED, DELETED)]

    def run(self) -> Loaded:
        self._stage()
        deleted = self._delete()
        if self._rows is None:
            return Loaded(deleted=deleted)
        updated = self._update()
        return Loaded(self._insert(), updated, deleted)

    def _stage(self) -> None:
        """The rows with the destination's types, as a temporary table."""
        given = set() if self._rows is None else {*self._rows.column_names}
        values = ", ".join(
            f"CAST({_quoted(each.name) if each.name in given else 'NULL'} AS {destination_type(each)})"
            f" AS {_quoted(each.name)}"
            for each in self._columns
        )
        source = "range(0)" if self._rows is None else "arrow_rows"
        if self._rows is not None:
            self._connection.register("arrow_rows", self._rows)
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT {values} FROM {source}")  # noqa: S608  # names are quoted
        if self._rows is not None:
            self._connection.unregister("arrow_rows")
        self._check_keys()

    def _check_keys(self) -> None:
        keys = ", ".join(map(_quoted, self._layout.primary_key))
        twice = self._connection.execute(
            f"SELECT {keys} FROM {_INCOMING} GROUP BY ALL HAVING count(*) > 1 LIMIT 1"  # noqa: S608  # names are quoted
        ).fetchone()
        if twice is not None:
            raise SyncError(f"The source sent two rows of {self._table} with the key {twice}")

    def _delete(self) -> int:
        gone = f"NOT EXISTS (FROM {_INCOMING} WHERE {self._same_key})"
        if not self._layout.keeps_deleted:
            return self._count(f"DELETE FROM {self._table} AS {_OLD} WHERE {gone}", [])  # noqa: S608  # names are quoted
        return self._count(
            f"UPDATE {self._table} AS {_OLD} SET {DELETED} = true, {SYNCED} = ? "  # noqa: S608  # names are quoted
            f"WHERE {DELETED} IS DISTINCT FROM true AND {gone}",
            [self._now],
        )

    def _update(self) -> int:
        changed = [
            f"{_OLD}.{_quoted(each.name)} IS DISTINCT FROM {_NEW}.{_quoted(each.name)}"
            for each in self._columns
        ]
        assigned = [f"{_quoted(each.name)} = {_NEW}.{_quoted(each.name)}" for each in self._columns]
        if self._layout.keeps_deleted:
            changed.append(f"{_OLD}.{DELETED} IS DISTINCT FROM false")
            assigned.append(f"{DELETED} = false")
        condition = "true" if self._rewrites else " OR ".join(changed)
        return self._count(
            f"UPDATE {self._table} AS {_OLD} SET {', '.join(assigned)}, {SYNCED} = ? "  # noqa: S608  # names are quoted
            f"FROM {_INCOMING} WHERE {self._same_key} AND ({condition})",
            [self._now],
        )

    def _insert(self) -> int:
        marked = f", {DELETED}" if self._layout.keeps_deleted else ""
        names = ", ".join(_quoted(each.name) for each in self._columns)
        return self._count(
            f"INSERT INTO {self._table} ({names}{marked}, {SYNCED}) "  # noqa: S608  # names are quoted
            f"SELECT {names}{', false' if marked else ''}, ? FROM {_INCOMING} "
            f"WHERE NOT EXISTS (FROM {self._table} AS {_OLD} WHERE {self._same_key})",
            [self._now],
        )

    def _count(self, statement: str, values: list[datetime]) -> int:
        row = self._connection.execute(statement, values).fetchone()
        return int(row[0]) if row else 0


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
