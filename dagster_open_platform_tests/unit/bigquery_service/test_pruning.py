"""A query reads the partitions that it needs: never fewer, and no more where the condition is plain."""

# ruff: noqa: S608 - queries are what is tested

from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform_local.services.bigquery.engine import Engine
from dagster_open_platform_local.services.bigquery.parameters import read_parameters
from dagster_open_platform_local.services.bigquery.tables import Catalog
from dagster_open_platform_tests.fixtures.company import SMALL_TODAY

DOWNLOADS = "`bigquery-public-data.pypi.file_downloads`"
FIRST = date(2026, 6, 1)
DAYS = (SMALL_TODAY - FIRST).days


@pytest.fixture(scope="module")
def engine(small_company: Path) -> Engine:
    return Engine(Catalog(small_company, "here"))


def partitions(engine: Engine, condition: str) -> int:
    return engine.plan(f"SELECT COUNT(*) FROM {DOWNLOADS} WHERE {condition}", []).partitions


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("timestamp >= TIMESTAMP('2026-06-08') AND timestamp < TIMESTAMP('2026-06-15')", 7),
        ("timestamp >= '2026-06-08' AND (timestamp < '2026-06-15' AND file.project = 'dagster')", 7),
        ("timestamp >= '2026-06-08' AND timestamp <= '2026-06-15'", 8),
        ("timestamp > '2026-06-08 12:00:00' AND timestamp < '2026-06-08 13:00:00'", 1),
        ("TIMESTAMP('2026-06-08') <= timestamp AND '2026-06-15' > timestamp", 7),
        ("timestamp BETWEEN '2026-06-08' AND TIMESTAMP_ADD(TIMESTAMP '2026-06-08', INTERVAL 2 DAY)", 3),
        ("DATE(timestamp) = '2026-06-08'", 1),
        ("DATE(timestamp) > '2026-06-08'", DAYS - 8),
        ("DATE(timestamp) < DATE '2026-06-08'", 7),
        ("CAST(timestamp AS DATE) BETWEEN '2026-06-08' AND '2026-06-09'", 2),
        ("file_downloads.timestamp >= '2026-06-28'", 1),
        ("timestamp >= '2030-01-01'", 0),
        ("timestamp < TIMESTAMP(NULL)", DAYS),
        ("timestamp >= '2026-06-28' OR file.project = 'dagster'", DAYS),
        ("NOT timestamp >= '2026-06-28'", DAYS),
        ("DATE(timestamp, 'Asia/Tokyo') = '2026-06-08'", DAYS),
        ("TIMESTAMP_ADD(timestamp, INTERVAL 1 DAY) >= '2026-06-28'", DAYS),
        ("TRUE", DAYS),
    ],
)
def test_conditions(engine: Engine, condition: str, expected: int) -> None:
    assert partitions(engine, condition) == expected


def test_each_table_of_a_query_for_itself(engine: Engine) -> None:
    one = f"SELECT file.project FROM {DOWNLOADS} WHERE DATE(timestamp) = '2026-06-08'"
    other = f"SELECT file.project FROM {DOWNLOADS} WHERE DATE(timestamp) < '2026-06-03'"
    assert engine.plan(f"{one} UNION ALL {other}", []).partitions == 3
    assert (
        engine.plan(f"WITH a AS ({one}) SELECT COUNT(*) FROM a WHERE project IS NOT NULL", []).partitions == 1
    )
    joined = f"SELECT COUNT(*) FROM {DOWNLOADS} a JOIN {DOWNLOADS} b ON a.url = b.url WHERE DATE(a.timestamp) = '2026-06-08'"
    assert engine.plan(joined, []).partitions == 1 + DAYS
    # Rows of `a` without a partner have no `b.timestamp`.
    outer = f"SELECT COUNT(*) FROM {DOWNLOADS} a LEFT JOIN {DOWNLOADS} b ON a.url = b.url WHERE DATE(b.timestamp) = '2026-06-08'"
    assert engine.plan(outer, []).partitions == 2 * DAYS


def test_what_is_processed_depends_on_columns_and_days(engine: Engine) -> None:
    def processed(columns: str, days: int) -> int:
        end = FIRST + timedelta(days=days)
        sql = f"SELECT {columns} FROM {DOWNLOADS} WHERE timestamp < @end"
        given_end = {
            "name": "end",
            "parameterType": {"type": "DATE"},
            "parameterValue": {"value": end.isoformat()},
        }
        plan = engine.plan(sql, read_parameters([given_end]))
        assert plan.bytes_billed >= max(plan.bytes_processed, 10 * 2**20)
        assert plan.bytes_billed % 2**20 == 0
        return plan.bytes_processed

    assert (
        0 < processed("COUNT(*)", 7) < processed("file.project", 7) < processed("file", 7) < processed("*", 7)
    )
    assert processed("*", 7) < processed("*", 8)
    assert processed("file.project, details.installer.name", 7) == processed(
        "details.installer.name, file.project", 7
    )
    assert engine.plan("SELECT 1", []).bytes_billed == 0


MOMENTS = st.datetimes(datetime(2026, 5, 28), datetime(2026, 7, 2))  # noqa: DTZ001 - written into SQL as UTC


@st.composite
def conditions(draw: st.DrawFn) -> str:
    """Conditions on the time of a download, simple or joined."""
    column = draw(st.sampled_from(["timestamp", "DATE(timestamp)"]))
    operator = draw(st.sampled_from(["<", "<=", ">", ">=", "="]))
    moment = draw(MOMENTS).replace(microsecond=0)
    if draw(st.booleans()):
        moment = moment.replace(hour=0, minute=0, second=0)
    constant = f"DATE '{moment.date()}'" if column.startswith("DATE") else f"TIMESTAMP '{moment}'"
    mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}[operator]
    simple = draw(st.sampled_from([f"{column} {operator} {constant}", f"{constant} {mirrored} {column}"]))
    joined = draw(st.sampled_from(["", "AND", "OR"]))
    return f"({simple}) {joined} ({draw(conditions())})" if joined else simple


@settings(max_examples=60, deadline=None)
@given(condition=conditions())
def test_no_row_is_lost(engine: Engine, small_company: Path, condition: str) -> None:
    plan = engine.plan(f"SELECT COUNT(*) FROM {DOWNLOADS} WHERE {condition}", [])
    engine.run(plan, "counted")
    ((found,),) = [[cell] for cell in engine.rows(plan.columns, "counted", 0, 1, int64_timestamp=True)]
    engine.forget("counted")
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    files = str(small_company / "pypi" / "file_downloads" / "*.parquet")
    plain = condition.replace("TIMESTAMP '", "TIMESTAMPTZ '").replace("DATE(timestamp)", "timestamp::DATE")
    expected = connection.execute(f"SELECT COUNT(*) FROM read_parquet('{files}') WHERE {plain}").fetchone()
    assert expected is not None
    assert found == f'{{"f":[{{"v":"{expected[0]}"}}]}}'
