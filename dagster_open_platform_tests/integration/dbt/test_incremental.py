"""Daily models hold the same as a full refresh, whatever order, overlap and repetition their days came in."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform_tests.fixtures.dbt import EPOCH, RawData, downloads_of, issue, issues_updated_on
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt

DAYS = 11
TABLES = {"pypi_downloads_daily": ("download_date", 3), "github_activity_daily": ("activity_date", 7)}
RANGES = st.lists(
    st.tuples(st.integers(0, DAYS - 1), st.integers(1, 5)).map(lambda r: (r[0], min(r[0] + r[1], DAYS))),
    min_size=1,
    max_size=5,
)


def day(number: int) -> date:
    return EPOCH + timedelta(days=number)


def run_staging(dbt: InProcessDbt) -> None:
    """Makes the views that the daily models read."""
    dbt.run("run", "--select", *(f"+{name},path:models/staging" for name in TABLES))


def run_days(dbt: InProcessDbt, first: int, last: int) -> None:
    """Runs the daily models over the days [first, last)."""
    window = {"min_date": day(first).isoformat(), "max_date": day(last).isoformat()}
    dbt.run("run", "--select", *TABLES, variables=window)


def contents(raw: RawData, table: str) -> list[Any]:
    column = TABLES[table][0]
    with duckdb.connect(str(raw.directory / "dwh_reporting.duckdb"), read_only=True) as connection:
        return connection.execute(f"from community.{table} order by {column}, 2").fetchall()


def covered(ranges: Sequence[tuple[int, int]], lookback: int) -> set[date]:
    """The days that runs over these ranges have built, lookback included."""
    return {day(d) for first, last in ranges for d in range(max(first - lookback, 0), last)}


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ranges=RANGES)
def test_any_sequence_of_ranges_gives_what_a_full_refresh_gives(
    dbt_local: InProcessDbt, raw: RawData, ranges: list[tuple[int, int]]
) -> None:
    raw.create()
    (raw.directory / "dwh_reporting.duckdb").unlink(missing_ok=True)
    raw.load_community(EPOCH, day(DAYS))
    run_staging(dbt_local)
    for first, last in ranges:
        run_days(dbt_local, first, last)
    found = {table: contents(raw, table) for table in TABLES}
    dbt_local.run("run", "--select", *TABLES, "--full-refresh")
    for table, (_, lookback) in TABLES.items():
        built = covered(ranges, lookback)
        assert found[table] == [row for row in contents(raw, table) if row[0] in built], table


def test_days_that_come_one_by_one_take_up_what_arrives_late(dbt_local: InProcessDbt, raw: RawData) -> None:
    """Each day sees what was loaded until then; a download of three days ago comes late, issues close days later."""
    raw.load_community(EPOCH, EPOCH)
    run_staging(dbt_local)
    for number in range(DAYS):
        raw.load_community(day(number), day(number + 1))
        if number >= 3:
            late = {
                **next(downloads_of(day(number - 3))),
                "installer": f"late-{number}",
                "download_count": 1000,
            }
            raw.insert("pypi.daily_file_downloads", [late])
        run_days(dbt_local, number, number + 1)
    found = {table: contents(raw, table) for table in TABLES}
    dbt_local.run("run", "--select", *TABLES, "--full-refresh")
    assert found == {table: contents(raw, table) for table in TABLES}


def test_what_disappears_upstream_disappears(dbt_local: InProcessDbt, raw: RawData) -> None:
    """An issue that is reopened was never closed: its day loses a row that a merge by key would keep."""
    opened, closed = issue(0, day(0)), issue(0, day(2), closed=day(2))
    raw.insert("github.issues", [opened, closed])
    run_staging(dbt_local)
    run_days(dbt_local, 0, 3)
    assert [row[0] for row in contents(raw, "github_activity_daily")] == [day(0), day(2)]
    raw.insert("github.issues", [{**opened, "updated_at": closed["updated_at"] + timedelta(days=1)}])
    run_days(dbt_local, 3, 4)
    assert [row[0] for row in contents(raw, "github_activity_daily")] == [day(0)]


def test_a_full_refresh_of_some_days_keeps_the_others(dbt_local: InProcessDbt, raw: RawData) -> None:
    raw.load_community(EPOCH, day(DAYS))
    run_staging(dbt_local)
    run_days(dbt_local, 0, DAYS)
    before = {table: contents(raw, table) for table in TABLES}
    window = {"min_date": day(5).isoformat(), "max_date": day(6).isoformat()}
    dbt_local.run("run", "--select", *TABLES, "--full-refresh", variables=window)
    assert {table: contents(raw, table) for table in TABLES} == before


@pytest.mark.parametrize(
    ("window", "problem"),
    [
        ({"min_date": "2026-06-03"}, "both vars min_date and max_date"),
        ({"min_date": "2026-06-03", "max_date": "2026-06-03"}, "must be before max_date"),
        ({"min_date": "3 June", "max_date": "2026-06-04"}, "Invalid isoformat string"),
    ],
)
def test_a_wrong_window_changes_nothing(
    dbt_local: InProcessDbt, raw: RawData, window: dict[str, str], problem: str
) -> None:
    raw.load_community(EPOCH, day(2))
    run_staging(dbt_local)
    run_days(dbt_local, 0, 2)
    before = {table: contents(raw, table) for table in TABLES}
    result = dbt_local.call("run", "--select", *TABLES, variables=window)
    assert not result.success
    said = f"{result.exception} {[node.message for node in getattr(result.result, 'results', [])]}"
    assert problem in said
    assert {table: contents(raw, table) for table in TABLES} == before


def test_a_new_column_is_refused_until_a_full_refresh(dbt_local: InProcessDbt, raw: RawData) -> None:
    raw.load_community(EPOCH, day(2))
    run_staging(dbt_local)
    run_days(dbt_local, 0, 2)
    with duckdb.connect(str(raw.directory / "dwh_reporting.duckdb")) as connection:
        connection.execute("alter table community.pypi_downloads_daily drop column uv_download_count")
    before = contents(raw, "pypi_downloads_daily")
    result = dbt_local.call("run", "--select", "pypi_downloads_daily")
    assert not result.success
    assert contents(raw, "pypi_downloads_daily") == before
    dbt_local.run("run", "--select", "pypi_downloads_daily", "--full-refresh")
    assert len(contents(raw, "pypi_downloads_daily")[0]) == len(before[0]) + 1


def test_issues_of_the_fixture_close_late() -> None:
    """Otherwise the tests above would prove less than they say."""
    assert [row["state"] for row in issues_updated_on(day(4))] == ["OPEN", "CLOSED"]
