"""Publishing a table in Postgres so that no reader ever sees it half-written.

What belongs here: the one transaction from a landing table to the published one. What does not: filling the landing table.

The rows are deleted and inserted, not truncated or swapped: TRUNCATE is not safe under MVCC (a reader whose snapshot is older
would find the table empty), and neither is ALTER COLUMN TYPE, which writes the table anew
(https://www.postgresql.org/docs/current/mvcc-caveats.html). A swap by renaming loses grants and the views that read the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, LiteralString, cast

from dagster_open_platform.lib.postgres.errors import DatabaseRefused

if TYPE_CHECKING:
    import psycopg
    from psycopg import sql

_COLUMNS = """
    select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where n.nspname = %s and c.relname = %s and c.relkind in ('r', 'p')
    order by a.attnum
"""


@dataclass(frozen=True)
class Published:
    """What a publication did.

    Args:
        rows_before: Rows of the table before.
        rows: Rows of it now.
        columns: Its columns, with Postgres's names of their types.
        changes: What had to change in its definition, for a person.
    """

    rows_before: int
    rows: int
    columns: Mapping[str, str]
    changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Landed:
    """Where the values of a published column come from.

    Args:
        column: Of the landing table.
        type: Of the published column, as DDL spells it. The landing table's must be assignable to it, or nothing is published.
        expression: SQL of the value, where `{}` stands for the quoted column.
    """

    column: str
    type: str
    expression: str = "{}"


def table_columns(connection: psycopg.Connection, schema: str, name: str) -> dict[str, str]:
    """A table's columns with their types as DDL spells them; empty: there is no such table."""
    return dict(connection.execute(_COLUMNS, [schema, name]).fetchall())


def publish(
    connection: psycopg.Connection,
    landing: tuple[str, str],
    target: tuple[str, str],
    *,
    columns: Mapping[str, Landed],
    rows: int,
    primary_key: Sequence[str] = (),
) -> Published:
    """Make a table hold exactly the rows of a landing table, and commit.

    Args:
        connection: Open, with no transaction that matters.
        landing: Schema and name of the table with the rows.
        target: Schema and name of the published table; created when it is missing, with its schema.
        columns: Those of the published table, by name.
        rows: How many there must be.
        primary_key: Of the published table, if it has none yet.

    Raises:
        DatabaseRefused: The landing table has another number of rows. Nothing was changed.
        psycopg.Error: Postgres refuses, for example because a view depends on a column that is gone. Nothing was changed.
    """
    from psycopg import sql

    source, table = sql.Identifier(*landing), sql.Identifier(*target)
    wanted = {name: landed.type for name, landed in columns.items()}
    with connection.transaction():
        connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(target[0])))
        changes = _fit(connection, target, wanted)
        # Writers wait, readers don't.
        connection.execute(sql.SQL("lock table {} in share row exclusive mode").format(table))
        before = connection.execute(sql.SQL("delete from {}").format(table)).rowcount
        names = sql.SQL(", ").join(map(sql.Identifier, wanted))
        values = sql.SQL(", ").join(map(_value, columns.values()))
        insert = sql.SQL("insert into {} ({}) select {} from {}").format(table, names, values, source)
        inserted = connection.execute(insert).rowcount
        if inserted != rows:
            raise DatabaseRefused(
                f"{'.'.join(landing)} has {inserted} rows instead of {rows}. {'.'.join(target)} is as it was."
            )
        _add_key(connection, target, primary_key)
    return Published(before, inserted, wanted, tuple(changes))


def _value(landed: Landed) -> sql.Composed:
    from psycopg import sql

    # The expressions are this platform's own words.
    return sql.SQL(cast(LiteralString, landed.expression)).format(sql.Identifier(landed.column))


def _fit(connection: psycopg.Connection, target: tuple[str, str], wanted: Mapping[str, str]) -> list[str]:
    """Create the table, or change its columns into the wanted ones; says what was done."""
    from psycopg import sql

    table = sql.Identifier(*target)

    def change(text: LiteralString, name: str) -> None:
        # The types are the catalog's own words.
        type_ = sql.SQL(cast(LiteralString, wanted.get(name, "")))
        connection.execute(sql.SQL(text).format(table=table, column=sql.Identifier(name), type=type_))

    found = table_columns(connection, *target)
    if not found:
        parts = [
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(cast(LiteralString, kind)))
            for name, kind in wanted.items()
        ]
        connection.execute(sql.SQL("create table {} ({})").format(table, sql.SQL(", ").join(parts)))
        return ["created"]
    changes: list[str] = []
    for name, kind in found.items():
        if wanted.get(name) != kind:
            change("alter table {table} drop column {column}", name)
            if name not in wanted:
                changes.append(f"dropped {name}")
    for name, kind in wanted.items():
        if found.get(name) != kind:
            # Also where only the type is another: the rows are replaced anyway, and no snapshot may find the table empty.
            change("alter table {table} add column {column} {type}", name)
            old = found.get(name)
            changes.append(f"changed {name} from {old} to {kind}" if old else f"added {name} ({kind})")
    return changes


def _add_key(connection: psycopg.Connection, target: tuple[str, str], primary_key: Sequence[str]) -> None:
    """Add the primary key, if the table lacks one: it is new, or a column of the key was."""
    from psycopg import sql

    known = "select 1 from pg_catalog.pg_constraint where conrelid = %s::regclass and contype = 'p'"
    table = sql.Identifier(*target)
    if primary_key and not connection.execute(known, [table.as_string(connection)]).fetchone():
        key = sql.SQL(", ").join(map(sql.Identifier, primary_key))
        connection.execute(sql.SQL("alter table {} add primary key ({})").format(table, key))
