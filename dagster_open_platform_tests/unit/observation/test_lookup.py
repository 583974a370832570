"""When a table changed: what each engine and each column says, and that no table hides another."""

from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pyarrow as pa
import pytest

from dagster_open_platform.lib.observation.lookup import Answer, Watched, ask
from dagster_open_platform.lib.warehouse import TableRef, WarehouseResource

MOMENT = datetime(2026, 6, 3, 4, 5, 6, 7, tzinfo=UTC)
TIMES = pa.table(
    {
        "zoned": pa.array([MOMENT, MOMENT - timedelta(days=1), None], pa.timestamp("us", tz="UTC")),
        "plain": pa.array([MOMENT.replace(tzinfo=None), None, None], pa.timestamp("us")),
        "day": pa.array([date(2026, 6, 1), date(2026, 6, 2), None], pa.date32()),
        "never": pa.array([None, None, None], pa.timestamp("us")),
        "number": pa.array([1, 2, 3], pa.int64()),
    }
)


def watched(name: str = "times", columns: str = "", database: str = "purina") -> Watched:
    return Watched(
        dg.AssetKey([name, columns or "engine", database]), database, "vendor", name, tuple(columns.split())
    )


@pytest.fixture
def filled(warehouse: WarehouseResource) -> WarehouseResource:
    """A table that the platform wrote, and one that another wrote."""
    with warehouse.connect() as connection:
        connection.replace_table(TableRef("purina", "vendor", "times"), TIMES)
        connection.execute("CREATE TABLE purina.vendor.foreign_table AS SELECT 1 AS n")
    return warehouse


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("zoned", MOMENT),
        ("plain", MOMENT),
        ("day", datetime(2026, 6, 2, tzinfo=UTC)),
        ("ZONED", MOMENT),
        ("day never", datetime(2026, 6, 2, tzinfo=UTC)),
        ("day zoned plain", MOMENT),
    ],
)
def test_columns_say_when(filled: WarehouseResource, columns: str, expected: datetime) -> None:
    [answer] = ask(filled, [watched(columns=columns)]).values()
    assert answer == Answer(answer.table, updated_at=expected)
    assert answer.updated_at is not None
    assert answer.updated_at.tzinfo is UTC
    assert answer.table.lower() == "purina.vendor.times"


def test_the_engine_says_when(filled: WarehouseResource) -> None:
    table = TableRef("purina", "vendor", "times")
    with filled.connect() as connection:
        said = connection.last_updated([table])[table]
    assert said is not None
    assert list(ask(filled, [watched()]).values()) == [Answer(str(table), updated_at=said)]


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (watched(columns="never"), "has a value in never"),
        (watched(columns="zoned number"), "The column number of purina.vendor.times holds int, not times"),
        (watched(columns="number"), "The column number of purina.vendor.times holds int, not times"),
        (watched(columns="nowhere"), "nowhere"),
        (watched(columns="a;b"), "'a;b' is not a valid name of a column"),
        (watched("missing", "day"), "missing"),
        (watched("missing"), "There is no table purina.vendor.missing"),
        (watched(database="nowhere"), "There is no database 'nowhere' in this warehouse"),
        (watched(database="nowhere", columns="day"), "There is no database 'nowhere' in this warehouse"),
    ],
)
def test_a_table_of_which_nobody_knows_says_why_and_hides_no_other(
    filled: WarehouseResource, table: Watched, problem: str
) -> None:
    answers = ask(filled, [watched(columns="zoned"), table, watched()])
    assert answers[table.key].updated_at is None
    assert problem.lower() in answers[table.key].problem.lower()
    assert answers[watched(columns="zoned").key].updated_at == MOMENT
    assert answers[watched().key].updated_at is not None


def test_what_an_engine_does_not_know_is_said(filled: WarehouseResource) -> None:
    [answer] = ask(filled, [watched("foreign_table")]).values()
    with filled.connect() as connection:
        engine = connection.engine
    if engine == "duckdb":
        assert "The engine 'duckdb' does not know when purina.vendor.foreign_table changed" in answer.problem
        assert "updated_at_columns" in answer.problem
    else:
        assert answer.updated_at is not None


def test_a_warehouse_without_tables_to_look_at_is_not_asked(warehouse: WarehouseResource) -> None:
    assert ask(warehouse, []) == {}
