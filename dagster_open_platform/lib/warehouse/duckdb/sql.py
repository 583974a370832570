"""The SQL that the DuckDB side of the seam runs.

What belongs here: functions that build one statement each, from validated identifiers. What does not: values (they are
bound as `?`), and running anything.
"""

# ruff: noqa: S608 - what is put into these texts are validated, quoted identifiers and types; values are bound

from collections.abc import Mapping, Sequence
from pathlib import Path

from dagster_open_platform.lib.warehouse.arrow import ROW_NUMBER
from dagster_open_platform.lib.warehouse.identifiers import double_quoted
from dagster_open_platform.lib.warehouse.protocol import TableRef

# Name under which the stream of incoming rows is registered.
STREAM = "_incoming_stream"
# Temporary tables of a merge: the rows that came, and for each of them what it meets in the table.
STAGED = "_incoming_rows"
MATCHED = "_incoming_matches"

# The bookkeeping of last changes, one table in each database file.
BOOKKEEPING_SCHEMA = "_warehouse_seam"
BOOKKEEPING_TABLE = "last_updates"


def quoted(table: TableRef) -> str:
    """Return `"database"."schema"."table"`."""
    return double_quoted(table.database, table.schema, table.name)


def literal(text: str) -> str:
    """Return a text between quotes, for the places where DuckDB takes no parameters: it knows no other escape."""
    return "'" + text.replace("'", "''") + "'"


def attach(database: str, file: Path, read_only: bool = False) -> str:
    """Attach a file under the database's name; one that may be written to is created when it is missing."""
    mode = " (READ_ONLY)" if read_only else ""
    return f"ATTACH {literal(str(file))} AS {double_quoted(database)}{mode}"


def detach(database: str) -> str:
    """Let go of a file."""
    return f"DETACH {double_quoted(database)}"


def checkpoint(database: str) -> str:
    """Bring what was committed from the log into the file."""
    return f"CHECKPOINT {double_quoted(database)}"


def describe(table: TableRef) -> str:
    """Names and types of a table's columns in order, and more about each."""
    return f"DESCRIBE {quoted(table)}"


def columns() -> str:
    """The same names and types from the catalog, empty if there is no such table; binds database, schema and table."""
    return (
        "SELECT column_name, data_type FROM duckdb_columns() "
        "WHERE lower(database_name) = lower(?) AND lower(schema_name) = lower(?) AND lower(table_name) = lower(?) "
        "ORDER BY column_index"
    )


def views() -> str:
    """Schema, name, statement and comment of each view of a database; binds the database."""
    return (
        "SELECT schema_name, view_name, sql, comment FROM duckdb_views() "
        "WHERE NOT internal AND lower(database_name) = lower(?) ORDER BY ALL"
    )


def tables_with_column() -> str:
    """Names of the tables of a schema that have a column; binds database, schema and column."""
    return (
        "SELECT table_name FROM duckdb_columns() JOIN duckdb_tables() USING (database_name, schema_name, table_name) "
        "WHERE lower(database_name) = lower(?) AND lower(schema_name) = lower(?) AND lower(column_name) = lower(?) ORDER BY ALL"
    )


def mask(table: TableRef, column: str) -> str:
    """Replace the values that do not begin with a mask; binds it twice."""
    name = double_quoted(column)
    return f"UPDATE {quoted(table)} SET {name} = ? || md5({name}) WHERE NOT starts_with({name}, ?)"


def drop_view(name: TableRef) -> str:
    """Drop a view."""
    return f"DROP VIEW IF EXISTS {quoted(name)}"


def comment_on(what: str, name: TableRef, comment: str) -> str:
    """Set the comment of a `TABLE` or a `VIEW`; COMMENT takes no parameters."""
    return f"COMMENT ON {what} {quoted(name)} IS {literal(comment)}"


def tables() -> str:
    """The names of the tables of a schema, views not among them; binds database and schema."""
    return (
        "SELECT table_name FROM duckdb_tables() WHERE lower(database_name) = lower(?) AND lower(schema_name) = lower(?) "
        "AND NOT temporary ORDER BY table_name"
    )


def copy_database(source: str, target: str) -> str:
    """Copy everything that is in an attached database into an empty one."""
    return f"COPY FROM DATABASE {double_quoted(source)} TO {double_quoted(target)}"


def replace_schema(database: str, schema: str) -> tuple[str, str]:
    """Empty a schema, or create it."""
    name = double_quoted(database, schema)
    return f"DROP SCHEMA IF EXISTS {name} CASCADE", f"CREATE SCHEMA {name}"


def copy_table(source: TableRef, target: TableRef) -> str:
    """Create a table with the columns and rows of another one."""
    return f"CREATE TABLE {quoted(target)} AS SELECT * FROM {quoted(source)}"


def create_schema(database: str, schema: str) -> str:
    """Create a schema if it is missing."""
    return f"CREATE SCHEMA IF NOT EXISTS {double_quoted(database, schema)}"


def create_table(table: TableRef, columns: Mapping[str, str]) -> str:
    """Create a table of the given columns (name to type)."""
    return f"CREATE TABLE {quoted(table)} ({_definitions(columns)})"


def add_column(table: TableRef, name: str, kind: str) -> str:
    """Add one column to a table."""
    return f"ALTER TABLE {quoted(table)} ADD COLUMN {double_quoted(name)} {kind}"


def replace_table(table: TableRef, columns: Mapping[str, str]) -> str:
    """Create an empty table of the given columns (name to type) in the place of one."""
    return f"CREATE OR REPLACE TABLE {quoted(table)} ({_definitions(columns)})"


def count_rows(table: TableRef) -> str:
    """Count the rows of a table."""
    return f"SELECT count(*) FROM {quoted(table)}"


def delete_all(table: TableRef) -> str:
    """Delete all rows of a table."""
    return f"DELETE FROM {quoted(table)}"


def delete_window(table: TableRef, column: str) -> str:
    """Delete the rows of a half-open range; binds its start and end."""
    name = double_quoted(column)
    return f"DELETE FROM {quoted(table)} WHERE {name} >= ? AND {name} < ?"


def insert_stream(table: TableRef, absent: Sequence[str] = ()) -> str:
    """Insert the registered stream, matching columns by name; columns that it lacks are null."""
    return f"INSERT INTO {quoted(table)} BY NAME SELECT *{_nulls(absent)} FROM {STREAM}"


def stage_stream() -> str:
    """Put the registered stream into the staging table."""
    return f"CREATE OR REPLACE TEMPORARY TABLE {STAGED} AS SELECT * FROM {STREAM}"


def count_null_keys(key: Sequence[str]) -> str:
    """Count the staged rows that have a null in the key."""
    condition = " OR ".join(f"{double_quoted(name)} IS NULL" for name in key)
    return f"SELECT count(*) FROM {STAGED} WHERE {condition}"


def sample_duplicate_keys(key: Sequence[str]) -> str:
    """Up to five keys that more than one staged row has."""
    names = ", ".join(double_quoted(name) for name in key)
    return f"SELECT {names} FROM {STAGED} GROUP BY {names} HAVING count(*) > 1 ORDER BY {names} LIMIT 5"


def drop_superseded(key: Sequence[str], newer_by: str) -> str:
    """Delete all staged rows of each key but the newest; among equally new ones the last stays.

    The window is over the numbers of the rows, not over the rows: that sorts three columns instead of all.
    """
    names = ", ".join(double_quoted(name) for name in key)
    order = f"{double_quoted(newer_by)} DESC NULLS LAST, {ROW_NUMBER} DESC"
    return (
        f"DELETE FROM {STAGED} WHERE {ROW_NUMBER} IN (SELECT {ROW_NUMBER} FROM {STAGED} "
        f"QUALIFY row_number() OVER (PARTITION BY {names} ORDER BY {order}) > 1)"
    )


def match_staged(
    table: TableRef, columns: Sequence[str], key: Sequence[str], newer_by: str | None, absent: Sequence[str]
) -> str:
    """Note which staged rows are new and which take the place of a row, with that row's values in the absent columns.

    A staged row is noted once for each row of the table that has its key, and not at all if it may not replace it.
    """
    kept = "".join(f", target.{double_quoted(name)} AS {_kept(place)}" for place, name in enumerate(absent))
    return (
        f"CREATE OR REPLACE TEMPORARY TABLE {MATCHED} AS SELECT incoming.{ROW_NUMBER}{kept} "
        f"FROM {STAGED} AS incoming LEFT JOIN {quoted(table)} AS target ON {_same_key(key)} "
        f"WHERE target.{double_quoted(key[0])} IS NULL OR {_replaces(columns, key, newer_by)}"
    )


def delete_matched(table: TableRef, columns: Sequence[str], key: Sequence[str], newer_by: str | None) -> str:
    """Delete the rows that staged rows take the place of."""
    return (
        f"DELETE FROM {quoted(table)} AS target USING {STAGED} AS incoming "
        f"WHERE {_same_key(key)} AND {_replaces(columns, key, newer_by)}"
    )


def insert_matched(table: TableRef, absent: Sequence[str]) -> str:
    """Insert the staged rows, as often as they were noted; absent columns have what was noted with them, or null."""
    kept = "".join(f", matched.{_kept(place)} AS {double_quoted(name)}" for place, name in enumerate(absent))
    return (
        f"INSERT INTO {quoted(table)} BY NAME SELECT incoming.* EXCLUDE ({ROW_NUMBER}){kept} "
        f"FROM {STAGED} AS incoming JOIN {MATCHED} AS matched USING ({ROW_NUMBER})"
    )


def _same_key(key: Sequence[str]) -> str:
    return " AND ".join(f"target.{double_quoted(name)} = incoming.{double_quoted(name)}" for name in key)


def _replaces(columns: Sequence[str], key: Sequence[str], newer_by: str | None) -> str:
    """Whether a staged row may replace the row with its key: not if there is nothing but the key, or if it is older."""
    if {*columns} == {*key}:
        return "FALSE"
    if newer_by is None:
        return "TRUE"
    newer = double_quoted(newer_by)
    return f"(target.{newer} IS NULL OR incoming.{newer} >= target.{newer})"


def _kept(place: int) -> str:
    return f"_kept_{place}"


def drop_staged() -> tuple[str, str]:
    """Drop the temporary tables of a merge."""
    first, second = (f"DROP TABLE IF EXISTS {double_quoted('temp', name)}" for name in (STAGED, MATCHED))
    return first, second


def create_bookkeeping(database: str) -> tuple[str, str]:
    """Create the bookkeeping of a database if it is missing: its schema, its table."""
    table = double_quoted(database, BOOKKEEPING_SCHEMA, BOOKKEEPING_TABLE)
    return (
        create_schema(database, BOOKKEEPING_SCHEMA),
        f"CREATE TABLE IF NOT EXISTS {table} "
        "(schema_name VARCHAR NOT NULL, table_name VARCHAR NOT NULL, updated_at TIMESTAMPTZ NOT NULL)",
    )


def record_update(database: str) -> tuple[str, str]:
    """Forget a table's last change, then note a new one; bind schema and table, and then also the time.

    Two statements instead of an upsert, because a primary key's index makes DuckDB refuse to delete and insert the same
    key in one transaction.
    """
    table = double_quoted(database, BOOKKEEPING_SCHEMA, BOOKKEEPING_TABLE)
    return (
        f"DELETE FROM {table} WHERE schema_name = lower(?) AND table_name = lower(?)",
        f"INSERT INTO {table} VALUES (lower(?), lower(?), ?)",
    )


def last_recorded_update(database: str) -> str:
    """Last change of anything in a database, one row."""
    return f"SELECT max(updated_at) FROM {double_quoted(database, BOOKKEEPING_SCHEMA, BOOKKEEPING_TABLE)}"


def recorded_updates(database: str) -> str:
    """Schema, table and last change of every table and view of a database that still exists; binds the database twice."""
    table = double_quoted(database, BOOKKEEPING_SCHEMA, BOOKKEEPING_TABLE)
    return (
        f"SELECT schema_name, table_name, updated_at FROM {table} WHERE (schema_name, table_name) IN ("
        "SELECT (lower(schema_name), lower(table_name)) FROM duckdb_tables() WHERE lower(database_name) = lower(?) "
        "UNION ALL "
        "SELECT (lower(schema_name), lower(view_name)) FROM duckdb_views() WHERE lower(database_name) = lower(?))"
    )


def _definitions(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{double_quoted(name)} {kind}" for name, kind in columns.items())


def _nulls(columns: Sequence[str]) -> str:
    """Nulls, written out: a column that an INSERT does not name would get its default."""
    return "".join(f", NULL AS {double_quoted(name)}" for name in columns)
