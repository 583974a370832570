"""What a database on DuckDB remembers of its declared objects, and what its catalog says of them.

What belongs here: the table `_warehouse_seam.objects` of each database, its SQL, and the question what stands under a name. What
does not: making objects (`objects.py`).

DuckDB has no stages and knows an external table only as a view. So what an object was declared as is kept beside it, in the
same file and written in the same transaction: its kind, and its declaration with the fingerprint. The mark (`marks.py`) is in
the catalog's comment, from which it goes when somebody replaces the object.
"""

# ruff: noqa: S608 - what is put into these texts are validated, quoted identifiers; values are bound

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from dagster_open_platform.lib.warehouse.duckdb.sql import BOOKKEEPING_SCHEMA, create_schema
from dagster_open_platform.lib.warehouse.identifiers import double_quoted
from dagster_open_platform.lib.warehouse.marks import mark_of
from dagster_open_platform.lib.warehouse.protocol import TableRef

TABLE = "objects"

_COLUMNS = (
    "schema_name VARCHAR NOT NULL, object_name VARCHAR NOT NULL, kind VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL, "
    "declaration JSON NOT NULL, made_at TIMESTAMPTZ NOT NULL"
)


@dataclass(frozen=True)
class Record:
    """What is noted of one object.

    Args:
        kind: As `declarations.KINDS` calls it.
        fingerprint: Of the declaration that it was last made from.
        declaration: That, as JSON (`fingerprint.plain`).
    """

    kind: str
    fingerprint: str
    declaration: str


@dataclass(frozen=True)
class Found:
    """What stands under a name.

    Args:
        kind: `table` or `view`, or what it was declared as; None: nothing.
        fingerprint: Of the declaration that it still is what was made of it; None: of none.
    """

    kind: str | None
    fingerprint: str | None = None


def records(database: str) -> TableRef:
    """The table of a database's notes."""
    return TableRef(database, BOOKKEEPING_SCHEMA, TABLE)


def create(database: str) -> tuple[str, str]:
    """Create the table if it is missing: its schema, itself."""
    name = double_quoted(database, BOOKKEEPING_SCHEMA, TABLE)
    return create_schema(database, BOOKKEEPING_SCHEMA), f"CREATE TABLE IF NOT EXISTS {name} ({_COLUMNS})"


def select(database: str) -> str:
    """Kind, fingerprint and declaration of what is noted under a name.

    It binds schema, name, and whether a stage is meant: a stage and a table may have the same name.
    """
    name = double_quoted(database, BOOKKEEPING_SCHEMA, TABLE)
    return (
        f"SELECT kind, fingerprint, declaration::VARCHAR FROM {name} "
        "WHERE schema_name = lower(?) AND object_name = lower(?) AND (kind = 'stage') = ?"
    )


def replace(name: TableRef, record: Record) -> tuple[tuple[str, list[object]], ...]:
    """Forget what is noted under a name, then note a record: statements with what they bind.

    Two statements instead of an upsert, because a primary key's index makes DuckDB refuse to delete and insert the same
    key in one transaction.
    """
    table = double_quoted(name.database, BOOKKEEPING_SCHEMA, TABLE)
    place: list[object] = [name.schema, name.name]
    content = [record.kind, record.fingerprint, record.declaration, dt.datetime.now(dt.UTC)]
    return (
        (
            f"DELETE FROM {table} WHERE schema_name = lower(?) AND object_name = lower(?) AND (kind = 'stage') = ?",
            [*place, record.kind == "stage"],
        ),
        (f"INSERT INTO {table} VALUES (lower(?), lower(?), ?, ?, ?, ?)", [*place, *content]),
    )


def in_catalog() -> str:
    """`table` or `view`, and the comment, of what the catalog has under a name; binds database, schema, name twice."""
    named = "lower(database_name) = lower(?) AND lower(schema_name) = lower(?)"
    return (
        f"SELECT 'table', comment FROM duckdb_tables() WHERE {named} AND lower(table_name) = lower(?) "
        f"UNION ALL SELECT 'view', comment FROM duckdb_views() WHERE {named} AND lower(view_name) = lower(?)"
    )


def found(catalog: tuple[str, str | None] | None, record: Record | None) -> Found:
    """Say what stands under a name.

    Args:
        catalog: What `in_catalog` gives, if anything.
        record: What is noted, if anything.
    """
    if record is not None and record.kind == "stage":
        return Found("stage", record.fingerprint)
    if catalog is None:
        return Found(None)  # what was noted was dropped by hand
    kind, comment = catalog
    if record is None or ("table" if record.kind == "dynamic table" else "view") != kind:
        return Found(kind)
    mark = mark_of(comment)
    if kind == "table" and mark is None:
        return Found("table")  # nobody else makes dynamic tables here, so it is somebody's own
    # A view without its mark was replaced by hand, by a thing of its own kind.
    return Found(record.kind, mark.fingerprint if mark and mark.kind == record.kind else None)
