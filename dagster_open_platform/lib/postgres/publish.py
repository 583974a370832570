"""Publishing a table in Postgres so that no reader ever sees it half-written.

What belongs here: the one transaction from a landing table to the published one. What does not: filling the landing table.

The rows are deleted and inserted, not truncated or swapped: TRUNCATE is not safe under MVCC (a reader whose snapshot is older
would find the table empty), and a swap by renaming loses grants and the views that read the table
(https://www.postgresql.org/docs/current/mvcc-caveats.html).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, LiteralString, cast

from dagster_open_platform.lib.postgres.errors import DatabaseRefused

if TYPE_CHECKING:
    import psycopg

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


def table_columns(connection: psycopg.Connection, schema: str, name: str) -> dict[str, str]:
    """A table's columns with their types as DDL spells them; empty: there is no such table."""
    return dict(connection.execute(_COLUMNS, [schema, name]).fetchall())


def publish(
    connection: psycopg.Connection,
    landing: tuple[str, str],
    target: tuple[str, str],
    *,
    expressions: Mapping[str, str],
    rows: int,
    primary_key: Sequence[str] = (),
) -> Published:
    """Make a table hold exactly the rows of a landing table, and commit.

    Args:
        connection: Open, with no transaction that matters.
        landing: Schema and name of the table with the rows.
        target: Schema and name of the published table; created when it is missing, with its schema.
        expressions: For columns that are not published as they landed: SQL, where `{}` stands for the quoted column.
        rows: How many there must be.
        primary_key: Of the published table, when it is created.

    Raises:
        DatabaseRefused: The landing table has another number of rows. Nothing was changed.
        psycopg.Error: Postgres refuses, for example because a view depends on a column that is gone. Nothing was changed.
    """
    from psycopg import sql

    source, table = sql.Identifier(*landing), sql.Identifier(*target)
    with connection.transaction():
        wanted = {name: _published_type(kind) for name, kind in table_columns(connection, *landing).items()}
        connection.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(target[0])))
        changes = _fit(connection, target, wanted, primary_key)
        # Writers wait, readers don't.
        connection.execute(sql.SQL("lock table {} in share row exclusive mode").format(table))
        before = connection.execute(sql.SQL("delete from {}").format(table)).rowcount
        names = sql.SQL(", ").join(map(sql.Identifier, wanted))
        values = sql.SQL(", ").join(_value(sql, name, expressions.get(name)) for name in wanted)
        insert = sql.SQL("insert into {} ({}) select {} from {}").format(table, names, values, source)
        inserted = connection.execute(insert).rowcount
        if inserted != rows:
            raise DatabaseRefused(
                f"{'.'.join(landing)} has {inserted} rows instead of {rows}. {'.'.join(target)} is as it was."
            )
    return Published(before, inserted, wanted, tuple(changes))


def _published_type(landed: str) -> str:
    """Text has no length: the one that landed is the loader's own."""
    return "text" if landed.startswith("character varying") else landed


def _value(sql: Any, name: str, expression: str | None) -> Any:
    quoted = sql.Identifier(name)
    return quoted if expression is None else sql.SQL(expression).format(quoted)


def _fit(
    connection: psycopg.Connection,
    target: tuple[str, str],
    wanted: Mapping[str, str],
    primary_key: Sequence[str],
) -> list[str]:
    """Create the table, or change its columns into the wanted ones; says what was done."""
    from psycopg import sql

    # The types are the catalog's own words.
    table = sql.Identifier(*target)
    found = table_columns(connection, *target)
    if not found:
        parts = [
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(cast(LiteralString, kind)))
            for name, kind in wanted.items()
        ]
        if primary_key:
            key = sql.SQL(", ").join(map(sql.Identifier, primary_key))
            parts.append(sql.SQL("primary key ({})").format(key))
        connection.execute(sql.SQL("create table {} ({})").format(table, sql.SQL(", ").join(parts)))
        return ["created"]
    changes: list[str] = []
    for name, kind in wanted.items():
        column, type_ = sql.Identifier(name), sql.SQL(cast(LiteralString, kind))
        if name not in found:
            connection.execute(sql.SQL("alter table {} add column {} {}").format(table, column, type_))
            changes.append(f"added {name} ({kind})")
        elif found[name] != kind:
            # The rows are replaced anyway, so no value has to be converted.
            change = sql.SQL("alter table {} alter column {} type {} using null")
            connection.execute(sql.SQL("alter table {} alter column {} drop not null").format(table, column))
            connection.execute(change.format(table, column, type_))
            changes.append(f"changed {name} from {found[name]} to {kind}")
    for name in found:
        if name not in wanted:
            connection.execute(sql.SQL("alter table {} drop column {}").format(table, sql.Identifier(name)))
            changes.append(f"dropped {name}")
    return changes
