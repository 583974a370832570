"""All that the platform has written on a stack, without what the clock tells.

What belongs here: reading the DuckDB files and the reporting database. What does not: the world (`world.py`).

A file whose bytes were read before is not read again: an op changes one of ten.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import duckdb
import psycopg
from psycopg import sql

from dagster_open_platform.conformance.world import Written

TOLD_BY_THE_CLOCK = (
    "batch_timestamp",
    "delivered_at",
    "_sling_loaded_at",
    "_loaded_at",
    "copy_loaded_at",
    "observed_at",
    "observed_date",
    "_fivetran_synced",
)
"""Columns that tell when a row was brought, however often."""
TOLD_OF_A_RUN = ("written_at", "applied_at")
"""Columns that tell when a run made a row."""
WRITTEN_BACK = (
    "(property_)?dagster_.*|last_modified_(date|by_id)|system_modstamp|property_(hs_)?lastmodifieddate"
)
"""Columns of Salesforce's and HubSpot's records that show what Hightouch has written there, and when: what was written earlier comes back with
the next sync. So do the histories of records."""
HISTORIES = ("account_history", "company_property_history", "contact_property_history")
"""Those histories."""


def written_in(*directories: Path) -> Written:
    """The rows of all tables in the DuckDB files of some directories; views show what others hold.

    Args:
        *directories: Of a warehouse each.
    """
    found: dict[str, Sequence[str]] = {}
    for directory in directories:
        for file in sorted(directory.glob("*.duckdb")):
            for table, rows in _rows(file, hashlib.sha256(file.read_bytes()).hexdigest()):
                found[f"{directory.name}.{table}"] = rows
    return found


@lru_cache(maxsize=64)
def _rows(file: Path, digest: str) -> tuple[tuple[str, Sequence[str]], ...]:
    del digest  # tells one content from another
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"""ATTACH '{str(file).replace("'", "''")}' AS "{file.stem}" (READ_ONLY)""")
        return tuple(_tables(connection, file.stem))


def _tables(connection: duckdb.DuckDBPyConnection, catalog: str) -> Iterator[tuple[str, Sequence[str]]]:
    tables = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? ORDER BY ALL", [catalog]
    ).fetchall()
    for schema, name in tables:
        if schema.startswith("_") or name.startswith("_") or name in HISTORIES:
            continue
        table = f'"{catalog}"."{schema}"."{name}"'
        names = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
        kept = [
            f'"{column}"'
            for column in names
            if column not in (*TOLD_BY_THE_CLOCK, *TOLD_OF_A_RUN)
            and not (catalog == "fivetran" and re.fullmatch(WRITTEN_BACK, column))
        ]
        if kept:
            rows = connection.execute(f"SELECT {', '.join(kept)} FROM {table}").fetchall()  # noqa: S608 - quoted
            yield f"{catalog}.{schema}.{name}", sorted(map(repr, rows))


def published_in(url: str) -> Written:
    """The rows of the reporting database.

    Args:
        url: With the right to read it.
    """
    found: dict[str, Sequence[str]] = {}
    with psycopg.connect(url, options="-c timezone=UTC") as connection:
        for name in published_tables(connection):
            rows = connection.execute(sql.SQL("select * from public.{}").format(sql.Identifier(name)))
            found[f"postgres.public.{name}"] = sorted(map(repr, rows.fetchall()))
    return found


def published_tables(connection: psycopg.Connection) -> list[str]:
    """Names of the tables of the reporting database."""
    found = connection.execute("select tablename from pg_tables where schemaname = 'public'")
    return sorted(str(name) for (name,) in found.fetchall())
