"""Views and dynamic tables on DuckDB, and the translation of their queries."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dagster_open_platform.lib.warehouse import WarehouseConnection, WarehouseResource
from dagster_open_platform.lib.warehouse.duckdb.queries import translate_query
from dagster_open_platform.lib.warehouse.errors import InvalidDeclaration, MissingObject, StatementFailed
from dagster_open_platform.lib.warehouse.objects import Action, DynamicTable, View
from dagster_open_platform_tests.fixtures.warehouse import local_duckdb
from dagster_open_platform_tests.fixtures.warehouse_objects import event, events, json_lines, named, stage

SOURCE = """
    CREATE TABLE purina.exports.source AS SELECT * FROM (VALUES
        (1, 'a', DATE '2026-06-01', '{"key": "x", "amount": "5", "at": "2026-06-01T02:00:00+02:00", "no": null}'::JSON),
        (2, 'b', DATE '2026-06-02', '{"key": "y"}'::JSON)
    ) AS t (id, name, day, details)
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> WarehouseResource:
    return local_duckdb(tmp_path / "warehouse")


@pytest.fixture
def connection(warehouse: WarehouseResource) -> Iterator[WarehouseConnection]:
    with warehouse.connect() as opened:
        opened.execute("CREATE SCHEMA purina.exports")
        opened.execute(SOURCE)
        yield opened


QUERIES = [
    # Paths into variants, which sqlglot alone makes JSON text of.
    ("select details:key::varchar as v from source where id = 1", "x"),
    ("select details:amount::number + 1 as v from source where id = 1", 6),
    ("select details:no::varchar as v from source where id = 1", None),
    ("select details:missing::varchar as v from source where id = 1", None),
    (
        "select details:at::timestamp_ntz as v from source where id = 1",
        dt.datetime.fromisoformat("2026-06-01T02:00"),
    ),
    ("select try_cast(details:key::varchar as int) as v from source where id = 1", None),
    ("select max(iff(details:key::string = 'y', name, null)) as v from source", "b"),
    # Words that only Snowflake has.
    ("select zeroifnull(null) + nvl(null, 2) as v", 2),
    ("select count_if(id > 1) as v from source", 1),
    ("select name as v from source qualify row_number() over (order by day desc) = 1", "b"),
    ("select datediff(day, min(day), max(day)) as v from source", 1),
    (
        "with s as (select * from source) select listagg(name, '+') within group (order by name) as v from s",
        "a+b",
    ),
    ("select to_date('02.06.2026', 'DD.MM.YYYY') as v", dt.date(2026, 6, 2)),
]


@pytest.mark.parametrize(("query", "expected"), QUERIES)
def test_a_query_gives_what_it_gives_on_snowflake(
    connection: WarehouseConnection, query: str, expected: Any
) -> None:
    connection.create_or_refresh(View(named("v"), query.replace("source", "purina.exports.source")))
    assert connection.query("SELECT v FROM purina.exports.v")["v"].to_pylist() == [expected]


REFUSED = [
    ("drop table x", "Expected one query"),
    ("select 1; select 2", "Expected one query"),
    ("", "the query is empty"),
    ("selec 1", "cannot be read as Snowflake's SQL: .*line 1"),
    ("select to_varchar(day, 'YYYY') as v from purina.exports.source", "no counterpart in DuckDB"),
]


@pytest.mark.parametrize(("query", "phrase"), REFUSED)
def test_a_query_without_counterpart_is_refused(
    connection: WarehouseConnection, query: str, phrase: str
) -> None:
    for declaration in (View(named("v"), query), DynamicTable(named("v"), query, "1 hour")):
        with pytest.raises(InvalidDeclaration, match=phrase):
            connection.create_or_refresh(declaration)
    assert connection.columns(named("v")) is None


def test_a_view_over_nothing(connection: WarehouseConnection) -> None:
    with pytest.raises(MissingObject, match=r"making the view purina\.exports\.v"):
        connection.create_or_refresh(View(named("v"), "select * from purina.exports.nothing"))


def test_a_view_follows_the_columns_of_its_tables(connection: WarehouseConnection) -> None:
    view = View(named("v"), "select * from purina.exports.source", comment="All.")
    connection.create_or_refresh(view)
    connection.execute("ALTER TABLE purina.exports.source ADD COLUMN later BIGINT")
    assert connection.create_or_refresh(view).action is Action.REFRESHED
    assert "later" in (connection.columns(view.name) or {})


def test_the_comment_is_there_for_people(connection: WarehouseConnection) -> None:
    comment = "It's the \\ source;\nas --it-- is."
    connection.create_or_refresh(View(named("v"), "select 1 as n", comment=comment))
    found = connection.query("SELECT comment FROM duckdb_views() WHERE view_name = 'v'")["comment"][0].as_py()
    assert found.startswith(f"{comment}\n\n[declared: view, ")


def test_a_dynamic_table_keeps_its_rows_until_it_is_refreshed(
    warehouse: WarehouseResource, connection: WarehouseConnection
) -> None:
    table = DynamicTable(named("d"), "select id, name from purina.exports.source", "1 hour")
    assert dict(connection.create_or_refresh(table).facts) == {"rows": 2}
    before = connection.last_updated([table.name])[table.name]
    connection.execute("DELETE FROM purina.exports.source WHERE id = 1")
    assert connection.query("SELECT count(*) AS n FROM purina.exports.d")["n"].to_pylist() == [2]
    refreshed = connection.create_or_refresh(table)
    assert (refreshed.action, dict(refreshed.facts)) == (Action.REFRESHED, {"rows": 1})
    after = connection.last_updated([table.name])[table.name]
    assert before is not None
    assert after is not None
    assert before < after


def test_a_dynamic_table_whose_query_fails_keeps_its_rows(connection: WarehouseConnection) -> None:
    table = DynamicTable(
        named("d"), "select name::int as n from purina.exports.source where id < 0", "1 hour"
    )
    connection.create_or_refresh(table)
    wrong = dataclasses.replace(table, query="select name::int as n from purina.exports.source")
    with pytest.raises(StatementFailed, match="Could not convert string 'a'"):
        connection.create_or_refresh(wrong)
    assert connection.query("SELECT * FROM purina.exports.d").num_rows == 0
    assert connection.create_or_refresh(table).action is Action.REFRESHED


def test_a_dynamic_table_over_an_external_table_is_refused_as_snowflake_does(
    connection: WarehouseConnection, tmp_path: Path
) -> None:
    (tmp_path / "files" / "events").mkdir(parents=True)
    (tmp_path / "files" / "events" / "one.json.gz").write_bytes(json_lines([event(1)]))
    connection.create_or_refresh(stage(str(tmp_path / "files")))
    connection.create_or_refresh(events(columns=events().columns[:1], partition_by=()))
    query = "select event_id from purina.exports.events"
    with pytest.raises(InvalidDeclaration, match=r"reads the external table purina\.exports\.events"):
        connection.create_or_refresh(DynamicTable(named("d"), query, "1 hour"))
    assert connection.create_or_refresh(View(named("v"), query)).action is Action.CREATED


WRONG_DYNAMIC = [
    ({"target_lag": "soon"}, "the target lag 'soon'"),
    ({"target_lag": "30 seconds"}, "no less than 60 seconds"),
    ({"target_lag": "0 hours"}, "the target lag '0 hours'"),
    ({"refresh_mode": "sometimes"}, "the refresh mode 'sometimes'; expected one of AUTO, FULL, INCREMENTAL"),
]


@pytest.mark.parametrize(("change", "phrase"), WRONG_DYNAMIC)
def test_a_dynamic_table_that_contradicts_itself(
    connection: WarehouseConnection, change: dict[str, str], phrase: str
) -> None:
    table = dataclasses.replace(DynamicTable(named("d"), "select 1 as n", "1 hour"), **change)
    with pytest.raises(InvalidDeclaration, match=phrase):
        connection.create_or_refresh(table)


def test_paths_inside_paths_are_translated_too() -> None:
    text = translate_query("select details:inner.list[0]::varchar as v, details:a:b::varchar as w from t")
    assert "CAST(details" not in text
