"""What a database holds, beside what it should hold.

What belongs here: reading every row of every table, and the comparison. What does not: making either.
"""

import json
from datetime import date
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import sql

from dagster_open_platform_local.company.product.schema import ProductTable
from dagster_open_platform_local.company.product.state import product_tables
from dagster_open_platform_local.company.product.tables import tables_of
from dagster_open_platform_local.company.settings import CompanySettings

Rows = dict[tuple[Any, ...], dict[str, Any]]


def held_tables(url: str) -> set[str]:
    """Names of the tables in the schema `public`."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {str(name) for (name,) in found}


def held_date(url: str) -> date | None:
    """The date that the database's ledger says; None if it has none."""
    with psycopg.connect(url) as connection:
        if connection.execute("SELECT to_regclass('application.clock')").fetchone() == (None,):
            return None
        ((today,),) = connection.execute("SELECT today FROM application.clock").fetchall()
    return today


def assert_holds(url: str, database: str, settings: CompanySettings, today: date) -> int:
    """Every row of every table is the generator's of a date, at one moment; the number of rows."""
    expected = product_tables(settings, database, today)
    assert held_tables(url) == expected.keys()
    total = 0
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        assert connection.execute("SELECT today FROM application.clock").fetchall() == [(today,)]
        for table in tables_of(database):
            rows = held_rows(connection, table)
            wanted = expected_rows(table, expected[table.name])
            assert rows.keys() == wanted.keys(), (database, table.name)
            for key, row in rows.items():
                assert [*row] == expected[table.name].column_names, table.name
                assert row == wanted[key], (database, table.name, key)
            total += len(rows)
    return total


def held_rows(connection: psycopg.Connection[Any], table: ProductTable) -> Rows:
    """A table's rows by primary key, columns in the table's order."""
    cursor = connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier("public", table.name)))
    names = [column.name for column in cursor.description or ()]
    types = {column.name: column.postgres_type for column in table.columns}
    found = [dict(zip(names, values, strict=True)) for values in cursor]
    for row in found:
        for name in names:
            if types[name] == "uuid" and row[name] is not None:
                row[name] = str(row[name])
    return {tuple(row[name] for name in table.primary_key): row for row in found}


def expected_rows(table: ProductTable, rows: pa.Table) -> Rows:
    """The generator's rows by primary key, as psycopg would hand them over."""
    types = {column.name: column.postgres_type for column in table.columns}
    found = rows.to_pylist()
    for row in found:
        for name, value in row.items():
            if types[name] == "jsonb" and value is not None:
                row[name] = json.loads(value)
    return {tuple(row[name] for name in table.primary_key): row for row in found}
