"""The SQL that the Snowflake side of the seam runs.

What belongs here: functions that build one statement each, from validated identifiers. What does not: values (they are
bound as `?`), and running anything.
"""

# ruff: noqa: S608 - what is put into these texts are validated, quoted identifiers and types; values are bound

from collections.abc import Mapping, Sequence
from pathlib import Path

from dagster_open_platform.lib.warehouse.arrow import ROW_NUMBER
from dagster_open_platform.lib.warehouse.protocol import TableRef
from dagster_open_platform.lib.warehouse.snowflake.session_sql import name


def quoted(table: TableRef) -> str:
    """Return `"DATABASE"."SCHEMA"."TABLE"`."""
    return name(table.database, table.schema, table.name)


def columns(table: TableRef) -> str:
    """Describe a table; the first two columns of the result are the names and the types."""
    return f"DESCRIBE TABLE {quoted(table)}"


def create_schema(table: TableRef) -> str:
    """Create the table's schema if it is missing. Commits."""
    return f"CREATE SCHEMA IF NOT EXISTS {name(table.database, table.schema)}"


def use_schema(table: TableRef) -> str:
    """Make the table's schema the one in which temporary objects are made."""
    return f"USE SCHEMA {name(table.database, table.schema)}"


def create_table(table: TableRef, columns: Mapping[str, str]) -> str:
    """Create a table of the given columns (name to type) if it is missing. Commits."""
    return f"CREATE TABLE IF NOT EXISTS {quoted(table)} ({_definitions(columns)})"


def add_column(table: TableRef, column: str, kind: str) -> str:
    """Add one column to a table if it is missing. Commits."""
    return f"ALTER TABLE {quoted(table)} ADD COLUMN {name(column)} {kind}"


def create_staged(staged: str, columns: Mapping[str, str]) -> str:
    """Create the temporary table in the current schema that incoming rows are put in first."""
    return f"CREATE TEMPORARY TABLE {name(staged)} ({_definitions(columns)})"


def drop_staged(staged: str) -> str:
    """Drop the temporary table."""
    return f"DROP TABLE IF EXISTS {name(staged)}"


def create_stage(table: TableRef, stage: str) -> str:
    """Create, in the table's schema, the temporary stage that files are put in."""
    return f"CREATE TEMPORARY STAGE IF NOT EXISTS {name(table.database, table.schema, stage)}"


def file_column(place: int) -> str:
    """Name of the column at a place (from 0) in a staged file: a plain one, for these are paths and no identifiers."""
    return f"c{place}"


def put(file: Path, table: TableRef, stage: str) -> str:
    """Upload a local file to the stage.

    The path is the one value that becomes part of a text, because the client and not the server reads this statement.
    """
    escaped = file.as_posix().replace("'", r"\'")
    return f"PUT 'file://{escaped}' @{name(table.database, table.schema, stage)} AUTO_COMPRESS = FALSE"


def copy(staged: str, columns: Mapping[str, str], table: TableRef, stage: str) -> str:
    """Load the Parquet files of the stage, which have the columns in this order, and remove them from it."""
    into = ", ".join(name(column) for column in columns)
    values = ", ".join(f"$1:{file_column(place)}::{kind}" for place, kind in enumerate(columns.values()))
    return (
        f"COPY INTO {name(staged)} ({into}) FROM (SELECT {values} "
        f"FROM @{name(table.database, table.schema, stage)}) "
        "FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE BINARY_AS_TEXT = FALSE) PURGE = TRUE"
    )


def count_rows(staged: str) -> str:
    """Count the staged rows."""
    return f"SELECT count(*) FROM {name(staged)}"


def count_table(table: TableRef) -> str:
    """Count the rows of a table."""
    return f"SELECT count(*) FROM {quoted(table)}"


def replace_with_staged(table: TableRef, staged: str, columns: Sequence[str]) -> str:
    """Put a table of the staged rows, with their columns and types, in the place of a table. Commits.

    One statement is atomic: a query sees the old table or the new one, and one that runs keeps the old one. COPY GRANTS,
    which CREATE TABLE ... AS SELECT takes, gives the new table the privileges that the old one had, except OWNERSHIP,
    which goes to the role that runs this; without it readers would be locked out. Comments, tags, defaults, constraints
    and the clustering key of the old table go; UNDROP after a rename brings it back within its retention.
    """
    names = ", ".join(name(column) for column in columns)
    return f"CREATE OR REPLACE TABLE {quoted(table)} COPY GRANTS AS SELECT {names} FROM {name(staged)}"


def delete_all(table: TableRef) -> str:
    """Delete all rows of a table. Not TRUNCATE, which commits the open transaction."""
    return f"DELETE FROM {quoted(table)}"


def delete_window(table: TableRef, column: str) -> str:
    """Delete the rows of a half-open range; binds its start and end."""
    return f"DELETE FROM {quoted(table)} WHERE {name(column)} >= ? AND {name(column)} < ?"


def insert_staged(table: TableRef, staged: str, columns: Sequence[str], absent: Sequence[str] = ()) -> str:
    """Insert the staged rows; columns that they lack are null, not their default."""
    names = ", ".join(name(column) for column in [*columns, *absent])
    values = ", ".join([*(name(column) for column in columns), *["NULL"] * len(absent)])
    return f"INSERT INTO {quoted(table)} ({names}) SELECT {values} FROM {name(staged)}"


def count_null_keys(staged: str, key: Sequence[str]) -> str:
    """Count the staged rows that have a null in the key."""
    condition = " OR ".join(f"{name(column)} IS NULL" for column in key)
    return f"SELECT count(*) FROM {name(staged)} WHERE {condition}"


def sample_duplicate_keys(staged: str, key: Sequence[str]) -> str:
    """Up to five keys that more than one staged row has."""
    names = ", ".join(name(column) for column in key)
    return f"SELECT {names} FROM {name(staged)} GROUP BY {names} HAVING count(*) > 1 ORDER BY {names} LIMIT 5"


def merge_staged(
    table: TableRef,
    staged: str,
    columns: Sequence[str],
    key: Sequence[str],
    newer_by: str | None,
    absent: Sequence[str] = (),
) -> str:
    """Merge the newest staged row of each key; among equally new ones the last.

    Columns that the staged rows lack are null in new rows and stay in the others.
    """
    names = ", ".join(name(column) for column in columns)
    keys = ", ".join(name(column) for column in key)
    newest = f"{name(newer_by)} DESC NULLS LAST, " if newer_by else ""
    source = (
        f"SELECT {names} FROM {name(staged)} "
        f"QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {newest}{name(ROW_NUMBER)} DESC) = 1"
    )
    condition = " AND ".join(f"target.{name(column)} = incoming.{name(column)}" for column in key)
    into = ", ".join(name(column) for column in [*columns, *absent])
    values = ", ".join([*(f"incoming.{name(column)}" for column in columns), *["NULL"] * len(absent)])
    return (
        f"MERGE INTO {quoted(table)} AS target USING ({source}) AS incoming ON {condition}"
        f"{_when_matched(columns, key, newer_by)} WHEN NOT MATCHED THEN INSERT ({into}) VALUES ({values})"
    )


def _when_matched(columns: Sequence[str], key: Sequence[str], newer_by: str | None) -> str:
    changed = [column for column in columns if column not in key]
    if not changed:
        return ""
    older = ""
    if newer_by:
        newer = name(newer_by)
        older = f" AND (target.{newer} IS NULL OR incoming.{newer} >= target.{newer})"
    assignments = ", ".join(f"{name(column)} = incoming.{name(column)}" for column in changed)
    return f" WHEN MATCHED{older} THEN UPDATE SET {assignments}"


def last_altered(database: str, tables: int) -> str:
    """Schema, name and last change of tables of a database; binds schema and name of each."""
    condition = " OR ".join(["(table_schema = ? AND table_name = ?)"] * tables)
    return (
        f"SELECT table_schema, table_name, last_altered FROM {name(database)}.INFORMATION_SCHEMA.TABLES "
        f"WHERE {condition}"
    )


def _definitions(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{name(column)} {kind}" for column, kind in columns.items())
