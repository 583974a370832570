"""The same SQL on both engines: golden values of the macros, and every model, executed as DuckDB's and as Snowflake's."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import fakesnow
import pytest
import snowflake.connector
import sqlglot
from snowflake.connector.cursor import SnowflakeCursor

from dagster_open_platform_dbt import PROJECT_DIR
from dagster_open_platform_tests.fixtures.dbt import RAW_TABLES
from dagster_open_platform_tests.fixtures.dbt_segment import SEGMENT_TABLES
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt

GOLDEN = sorted(path.name for path in (PROJECT_DIR / "analyses" / "cross_engine").glob("*.sql"))


@pytest.fixture(scope="module")
def snowflake_cursor() -> Iterator[SnowflakeCursor]:
    with fakesnow.patch(), snowflake.connector.connect(database="purina", schema="public") as connection:
        yield connection.cursor()


def fetched(cursor: SnowflakeCursor, sql: str) -> Sequence[Any]:
    executed = cursor.execute(sql)
    assert executed is not None
    return executed.fetchall()


def assert_golden(rows: Sequence[Any]) -> None:
    assert len(rows) > 1
    assert [row for row in rows if row[1] != row[2]] == []


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
@pytest.mark.parametrize("name", GOLDEN)
def test_golden_values_on_duckdb(compiled: Mapping[str, Path], name: str, zone: str) -> None:
    sql = (compiled["local"] / "analyses/cross_engine" / name).read_text()
    with duckdb.connect() as connection:
        connection.execute(f"set TimeZone = '{zone}'")
        assert_golden(connection.execute(sql).fetchall())


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_values_on_snowflake(
    compiled: Mapping[str, Path], snowflake_cursor: SnowflakeCursor, name: str
) -> None:
    sql = (compiled["prod"] / "analyses/cross_engine" / name).read_text()
    assert_golden(fetched(snowflake_cursor, sql))


def test_everything_that_is_compiled_for_snowflake_is_snowflakes_sql(compiled: Mapping[str, Path]) -> None:
    files = sorted(compiled["prod"].rglob("*.sql"))
    assert len(files) > 150
    for path in files:
        [statement] = sqlglot.parse(path.read_text(), read="snowflake", error_level=sqlglot.ErrorLevel.RAISE)
        assert statement is not None, path


def models_in_order(project: InProcessDbt) -> list[Any]:
    """Every model, each after those that it reads."""
    waiting = {key: node for key, node in project.manifest.nodes.items() if node.resource_type == "model"}
    ordered: list[Any] = []
    while waiting:
        ready = [node for node in waiting.values() if waiting.keys().isdisjoint(node.depends_on.nodes)]
        assert ready
        ordered += ready
        waiting = {key: node for key, node in waiting.items() if node not in ready}
    return ordered


def copied(duck: duckdb.DuckDBPyConnection, snow: SnowflakeCursor, table: str) -> None:
    """Copies a table from DuckDB to where the same name stands for a table in Snowflake."""
    columns = duck.execute(f"describe {table}").fetchall()
    types = {"TIMESTAMP WITH TIME ZONE": "timestamp_tz"}
    snow.execute(f"create schema if not exists {table.rsplit('.', maxsplit=1)[0]}")
    definitions = ", ".join(f"{name} {types.get(kind, kind)}" for name, kind, *_ in columns)
    snow.execute(f"create table {table} ({definitions})")
    texts = ", ".join(f"cast({name} as varchar)" for name, *_ in columns)
    rows = duck.execute(f"select {texts} from {table}").fetchall()  # noqa: S608 -- our own names
    for start in range(0, len(rows), 100):
        chunk = ", ".join(f"({', '.join(map(literal, row))})" for row in rows[start : start + 100])
        snow.execute(f"insert into {table} values {chunk}")  # noqa: S608 -- our own rows


def literal(text: str | None) -> str:
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


def comparable(rows: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows in an order of their own, numbers as floats, days as their midnights.

    The emulated Snowflake adds days to a date, which Snowflake answers with a date, by DuckDB's rules where it does not know the type: as a
    time.
    """
    return sorted((tuple(map(plain, row)) for row in rows), key=repr)


def plain(value: Any) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    return float(value) if isinstance(value, int | Decimal) else value


def test_models_over_rows_made_by_hand_give_the_same_on_both_engines(
    compiled: Mapping[str, Path],
    dbt_local: InProcessDbt,
    built: duckdb.DuckDBPyConnection,
    snowflake_cursor: SnowflakeCursor,
) -> None:
    """Whole models. Of all others the SQL is parsed, and every macro that the engines write differently has golden values on both."""
    for database in ("purina", "segment", "dwh_reporting"):
        snowflake_cursor.execute(f"create database if not exists {database}")
    here = {f"{catalog}.{schema}.{name}" for catalog, schema, name in tables_and_views(built)}
    for table in [
        *(f"purina.{name}" for name in RAW_TABLES),
        *(f"segment.{name}" for name in SEGMENT_TABLES),
    ]:
        if table in here:
            copied(built, snowflake_cursor, table)
    for node in dbt_local.manifest.nodes.values():
        if node.resource_type == "seed" and (seed := f"dwh_reporting.seeds.{node.name}") in here:
            copied(built, snowflake_cursor, seed)
    compared = 0
    for node in models_in_order(dbt_local):
        relation = f"dwh_reporting.{node.config.schema}.{node.name}"
        if relation not in here:
            continue
        snowflake_cursor.execute(f"create schema if not exists dwh_reporting.{node.config.schema}")
        sql = (compiled["prod"] / node.original_file_path).read_text()
        snowflake_cursor.execute(f"create table {relation} as {sql}")
        columns = ", ".join(sorted(node.columns))
        query = f"select {columns} from {relation}"  # noqa: S608 -- our own names
        expected = built.execute(query).fetchall()
        assert comparable(fetched(snowflake_cursor, query)) == comparable(expected), relation
        compared += bool(expected)
    assert compared > 30, "hardly any model has rows, so that nothing was compared"


def tables_and_views(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """Catalog, schema and name of all."""
    return connection.execute(
        "select table_catalog, table_schema, table_name from information_schema.tables"
    ).fetchall()
