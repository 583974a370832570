"""One step of one database: from what it holds to the company's date, in one transaction.

What belongs here: that. What does not: when a step is due, and what to do if the server goes away (`follower.py`).
"""

from collections.abc import Sequence
from datetime import date

import psycopg
import pyarrow as pa
from psycopg import sql

from dagster_open_platform_local.company.difference import Difference, difference
from dagster_open_platform_local.company.product.schema import ProductTable
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.product.tables import tables_of
from dagster_open_platform_local.company.settings import CompanySettings
from dagster_open_platform_local.services.product.copying import Connection, copy_rows
from dagster_open_platform_local.services.product.errors import ForeignStateError
from dagster_open_platform_local.services.product.ledger import (
    Entry,
    check_ledger,
    create_ledger,
    not_as_written,
    read_ledger,
    write_ledger,
)

_LOCK = 7_226_501
"""Any number, the same for every process that writes."""
_LOCK_TIMEOUT = "10s"
"""How long ADD COLUMN waits for readers (and everybody after it for ADD COLUMN) before it gives way."""


def bring(connection: Connection, database: str, settings: CompanySettings, today: date) -> bool:
    """Bring a database to a date. Whatever happens, it then holds the rows of one date exactly: the old or the new one.

    Args:
        connection: As the database's owner, without an open transaction.
        database: One of `schema.DATABASES`.
        settings: The company's.
        today: The company's date.

    Returns:
        Whether there was anything to do.

    Raises:
        ForeignStateError: The database holds another company, a later date, or rows that somebody else wrote.
        psycopg.OperationalError: The server went away, or somebody holds a lock; nothing is changed.
    """
    wanted = Entry.of(settings, today)
    found = read_ledger(connection)
    if found is not None:
        check_ledger(database, found, wanted)
        if found == wanted:
            return False
    with connection.transaction():
        connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(_LOCK_TIMEOUT))
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        # Another process may have been faster.
        found = read_ledger(connection)
        if found is None:
            _fill(connection, database, settings, today)
        else:
            check_ledger(database, found, wanted)
            _move(connection, database, settings, found.today, today)
        write_ledger(connection, wanted)
    return True


def _fill(connection: Connection, database: str, settings: CompanySettings, today: date) -> None:
    """Make all tables with their rows in an empty database."""
    rows = product_tables(settings, database, today)
    try:
        create_ledger(connection)
        for table in tables_of(database):
            connection.execute(table.create(settings, today).encode())
            copy_rows(connection, sql.Identifier("public", table.name), rows[table.name])
            for statement in table.create_indexes():
                connection.execute(statement.encode())
    except (psycopg.errors.DuplicateTable, psycopg.errors.DuplicateSchema) as error:
        raise ForeignStateError(
            f"The database {database} is neither empty nor made by this application ({error.diag.message_primary}): "
            "`just reset` throws company and databases away together"
        ) from error


def _move(
    connection: Connection, database: str, settings: CompanySettings, before: date, today: date
) -> None:
    """Write what is different between two dates."""
    old, new = product_tables(settings, database, before), product_tables(settings, database, today)
    for table in tables_of(database):
        for statement in table.alter(settings, before, today):
            connection.execute(statement.encode())
        changes = difference(old[table.name], new[table.name], table.primary_key)
        if not apply(connection, table, changes):
            raise not_as_written(database, table.name, before)


def apply(connection: Connection, table: ProductTable, changes: Difference) -> bool:
    """Write the difference between two states of a table.

    Returns:
        Whether each row that was to be changed or deleted was there, and none that was to be inserted.
    """
    target = sql.Identifier("public", table.name)
    matches = sql.SQL(" AND ").join(_matches(table.primary_key))
    if changes.deleted.num_rows:
        staged = _staged(connection, table, changes.deleted)
        command = sql.SQL("DELETE FROM {} AS t USING {} AS s WHERE {}").format(target, staged, matches)
        if connection.execute(command).rowcount != changes.deleted.num_rows:
            return False
    if changes.updated.num_rows:
        staged = _staged(connection, table, changes.updated)
        names = [name for name in changes.updated.column_names if name not in table.primary_key]
        values = sql.SQL(", ").join(
            sql.SQL("{} = s.{}").format(sql.Identifier(name), sql.Identifier(name)) for name in names
        )
        command = sql.SQL("UPDATE {} AS t SET {} FROM {} AS s WHERE {}").format(
            target, values, staged, matches
        )
        if connection.execute(command).rowcount != changes.updated.num_rows:
            return False
    try:
        copy_rows(connection, target, changes.inserted)
    except psycopg.errors.UniqueViolation:
        return False
    return True


def _matches(key: Sequence[str]) -> list[sql.Composed]:
    return [sql.SQL("t.{} = s.{}").format(sql.Identifier(name), sql.Identifier(name)) for name in key]


def _staged(connection: Connection, table: ProductTable, rows: pa.Table) -> sql.Identifier:
    """A temporary table of rows, with those columns of the table that the rows have."""
    staged = sql.Identifier("pg_temp", "staged")
    columns = sql.SQL(", ").join(map(sql.Identifier, rows.column_names))
    connection.execute("DROP TABLE IF EXISTS pg_temp.staged")
    connection.execute(
        sql.SQL("CREATE TEMPORARY TABLE staged ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
            columns, sql.Identifier("public", table.name)
        )
    )
    copy_rows(connection, staged, rows)
    return staged
