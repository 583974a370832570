"""What lands in the tables, and what the assets' pages tell."""

import base64
import datetime as dt
import re
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_open_platform.defs.pypi.py import reports, tables
from dagster_open_platform.defs.pypi.py.errors import WeekIncomplete
from dagster_open_platform.lib.warehouse.protocol import Window
from dagster_open_platform_tests.fixtures.pypi import (
    DAILY,
    SCHEMA,
    WEEKLY,
    Platform,
    answering,
    checks,
    day,
    days,
    duckdb_warehouse,
    expected_rows,
    platform,
    rows_of,
)
from dagster_open_platform_tests.fixtures.warehouse import fake_snowflake


def test_a_day_lands_as_it_was_answered(run_platform: Platform) -> None:
    bigquery = answering(rows_of)
    result = run_platform.run(DAILY, bigquery, "2026-06-03")
    assert run_platform.daily_rows() == expected_rows(rows_of, [day("2026-06-03")])
    assert {name: check.passed for name, check in checks(result).items()} == {
        "rows_landed_equal_rows_fetched": True,
        "no_partition_is_empty": True,
        "daily_total_is_plausible": True,
    }


def test_a_range_is_one_query_and_every_partition_is_recorded(run_platform: Platform) -> None:
    bigquery = answering(rows_of)
    run_platform.run(DAILY, bigquery, "2026-06-01", "2026-06-14")
    assert [parameters for _, parameters in bigquery.queries] == [
        {
            "start_time": dt.datetime(2026, 6, 1, tzinfo=dt.UTC),
            "end_time": dt.datetime(2026, 6, 15, tzinfo=dt.UTC),
        }
    ]
    assert run_platform.daily_rows() == expected_rows(rows_of, days("2026-06-01", 14))
    assert run_platform.instance.get_materialized_partitions(DAILY) == {
        date.isoformat() for date in days("2026-06-01", 14)
    }


def test_each_partition_has_its_own_row_count(run_platform: Platform) -> None:
    def log(date: dt.date) -> list[dict[str, object]]:
        return rows_of(date)[: 1 + date.day % 4]

    run_platform.run(DAILY, answering(log), "2026-06-01", "2026-06-05")
    records = run_platform.instance.fetch_materializations(DAILY, limit=10).records
    assert {
        record.partition_key: record.asset_materialization.metadata["dagster/row_count"].value
        for record in records
        if record.asset_materialization
    } == {date.isoformat(): 1 + date.day % 4 for date in days("2026-06-01", 5)}


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    ranges=st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 4), st.integers(1, 3)), min_size=1, max_size=4
    )
)
def test_running_ranges_again_equals_running_each_day_once(ranges: list[tuple[int, int, int]]) -> None:
    """Whatever overlaps: each day holds what it was last fetched as."""
    with TemporaryDirectory() as directory, platform(Path(directory)) as runs:
        last: dict[dt.date, int] = {}
        for offset, length, factor in ranges:
            covered = days("2026-06-01", 20)[offset : offset + length + 1]
            bigquery = answering(lambda date, factor=factor: rows_of(date, factor))
            runs.run(DAILY, bigquery, covered[0].isoformat(), covered[-1].isoformat())
            last |= dict.fromkeys(covered, factor)
        assert runs.daily_rows() == expected_rows(lambda date: rows_of(date, last[date]), list(last))


def test_weeks_are_the_sums_of_their_days(run_platform: Platform) -> None:
    run_platform.run(DAILY, answering(rows_of), "2026-06-01", "2026-06-21")
    run_platform.run(WEEKLY, None, "2026-06-01", "2026-06-15")
    expected: dict[tuple[dt.date, str, str], int] = defaultdict(int)
    for date in days("2026-06-01", 21):
        for row in rows_of(date):
            monday = date - dt.timedelta(days=date.weekday())
            expected[monday, row["project"], row["version"]] += row["download_count"]
    assert run_platform.weekly_rows() == {(*key, total, 7): 1 for key, total in expected.items()}


def test_our_sql_means_the_same_on_snowflake(tmp_path: Path) -> None:
    start, end = day("2026-06-01"), day("2026-06-15")
    rows = pa.Table.from_pylist(
        [row for date in days("2026-06-01", 14) for row in rows_of(date)], schema=SCHEMA
    )
    found = []
    with fake_snowflake() as snowflake:
        for warehouse in (snowflake, duckdb_warehouse(tmp_path)):
            table = tables.daily_table(warehouse)
            with warehouse.connect() as connection:
                connection.replace_window(table, rows, Window("download_date", start, end))
                sql = tables.WEEKLY_QUERY.format(daily=connection.quoted(table))
                weeks = connection.query(sql, [start, end, start, end])
                report = reports.daily(connection, table, start, end, {})
                totals = tables.read_days(connection, table)
            found.append(
                (
                    weeks.schema,
                    sorted(weeks.to_pylist(), key=str),
                    report["top_packages"],
                    report["preview"],
                    totals,
                )
            )
    assert found[0] == found[1]


def test_running_a_week_again_changes_nothing(run_platform: Platform) -> None:
    run_platform.run(DAILY, answering(rows_of), "2026-06-01", "2026-06-14")
    run_platform.run(WEEKLY, None, "2026-06-01", "2026-06-08")
    before = run_platform.weekly_rows()
    run_platform.run(WEEKLY, None, "2026-06-08")
    assert run_platform.weekly_rows() == before


@pytest.mark.parametrize("missing", ["2026-06-08", "2026-06-10", "2026-06-14"])
def test_a_week_without_one_of_its_days_is_refused(run_platform: Platform, missing: str) -> None:
    run_platform.run(DAILY, answering(rows_of), "2026-06-01", "2026-06-14")
    run_platform.run(WEEKLY, None, "2026-06-01")
    before = run_platform.weekly_rows()
    with run_platform.warehouse.connect() as connection:
        connection.execute(
            "delete from purina.pypi.daily_file_downloads where download_date = ?", [day(missing)]
        )
    with pytest.raises(WeekIncomplete, match=f"no rows for {missing}.*daily_file_downloads for these days"):
        run_platform.run(WEEKLY, None, "2026-06-01", "2026-06-08")
    assert run_platform.weekly_rows() == before
    assert run_platform.instance.get_materialized_partitions(WEEKLY) == {"2026-06-01"}


def test_a_week_before_any_day_is_refused(run_platform: Platform) -> None:
    with pytest.raises(WeekIncomplete, match="2026-06-01, 2026-06-02"):
        run_platform.run(WEEKLY, None, "2026-06-01")


def test_the_page_tells_what_happened(run_platform: Platform) -> None:
    bigquery = answering(rows_of)
    result = run_platform.run(DAILY, bigquery, "2026-06-01", "2026-06-02")
    first, _ = result.asset_materializations_for_node("pypi_daily_file_downloads")
    metadata = first.metadata
    assert metadata["rows_in_range"].value == 8
    assert metadata["partition_range"].value == "2026-06-01 to 2026-06-02"
    assert metadata["dagster/table_name"].value == "purina.pypi.daily_file_downloads"
    bytes_billed = metadata["bytes_billed"].value
    assert isinstance(bytes_billed, int)
    assert bytes_billed > 0
    query = str(metadata["query"].value)
    assert query.startswith("```sql\n")
    assert bigquery.queries[0][0].strip() in query
    assert "`start_time` = `2026-06-01 00:00:00+00:00`" in query
    assert "| dagster | 204 |" in str(metadata["top_packages"].value)
    assert str(metadata["preview"].value).count("\n| 2026-06-0") == 8
    schema = metadata["dagster/column_schema"].value
    assert isinstance(schema, dg.TableSchema)
    assert [column.name for column in schema.columns] == [
        "download_date",
        "project",
        "version",
        "installer",
        "python_version",
        "download_count",
    ]


def test_the_chart_is_an_image_of_the_days(run_platform: Platform) -> None:
    result = run_platform.run(DAILY, answering(rows_of), "2026-06-01", "2026-06-07")
    event = result.asset_materializations_for_node("pypi_daily_file_downloads")[0]
    chart = str(event.metadata["chart"].value)
    assert chart.startswith("![Downloads a day](data:image/svg+xml;base64,")
    assert len(chart) < 1000
    svg = ElementTree.fromstring(base64.b64decode(chart.partition("base64,")[2].rstrip(")")))  # noqa: S314 our own
    (path,) = svg.iter("{http://www.w3.org/2000/svg}path")
    bars = [int(height) for height in re.findall(r"v-(\d+)", path.attrib["d"])]
    totals = [sum(row["download_count"] for row in rows_of(date)) for date in days("2026-06-01", 7)]
    # Pixels, of which the tallest bar has the most.
    assert bars == [round(max(bars) * total / max(totals)) for total in totals]
