"""Whatever BigQuery answers wrongly: a typed error that says what to do, and nothing changed."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import dagster as dg
import pyarrow as pa
import pytest

from dagster_open_platform.defs.pypi.py.errors import DownloadsMissing
from dagster_open_platform.lib.bigquery.errors import BigQueryForbidden, BigQueryUnavailable
from dagster_open_platform.lib.bigquery.fake import FakeBigQuery
from dagster_open_platform.lib.bigquery.protocol import BigQueryValue
from dagster_open_platform.lib.columns import UnexpectedColumns
from dagster_open_platform_tests.fixtures.pypi import (
    DAILY,
    SCHEMA,
    Platform,
    answering,
    days,
    expected_rows,
    rows_of,
)

GOOD = days("2026-06-01", 3)


@pytest.fixture
def filled(run_platform: Platform) -> Platform:
    run_platform.run(DAILY, answering(rows_of), "2026-06-01", "2026-06-03")
    return run_platform


def changed(change: Callable[[pa.Table], pa.Table]) -> FakeBigQuery:
    def answer(sql: str, parameters: Mapping[str, BigQueryValue]) -> pa.Table:
        rows = [row for date in days("2026-06-02", 3) for row in rows_of(date, 5)]
        return change(pa.Table.from_pylist(rows, schema=SCHEMA))

    return FakeBigQuery(answer)


def unchanged(runs: Platform) -> None:
    assert runs.daily_rows() == expected_rows(rows_of, GOOD)
    assert runs.instance.get_materialized_partitions(DAILY) == {date.isoformat() for date in GOOD}


@pytest.mark.parametrize(
    ("change", "phrases"),
    [
        (
            lambda table: table.append_column("country", pa.array(["DE"] * table.num_rows)),
            ["new column 'country' (string)"],
        ),
        (lambda table: table.drop_columns(["installer"]), ["missing column 'installer' (string)"]),
        (
            lambda table: table.set_column(5, "download_count", table["download_count"].cast(pa.float64())),
            ["column 'download_count' is double instead of int64"],
        ),
        (
            lambda table: table.rename_columns([*table.column_names[:-1], "downloads"]),
            ["new column 'downloads'", "missing column 'download_count'"],
        ),
    ],
)
def test_other_columns(filled: Platform, change: Callable[[pa.Table], pa.Table], phrases: list[str]) -> None:
    with pytest.raises(UnexpectedColumns) as raised:
        filled.run(DAILY, changed(change), "2026-06-02", "2026-06-04")
    message = str(raised.value)
    assert all(phrase in message for phrase in phrases)
    assert "change DAILY_COLUMNS in defs/pypi/py/tables.py" in message
    assert not raised.value.allow_retries
    unchanged(filled)


def test_columns_in_another_order_are_the_same(filled: Platform) -> None:
    bigquery = changed(lambda table: table.select(list(reversed(table.column_names))))
    filled.run(DAILY, bigquery, "2026-06-02", "2026-06-04")
    wanted = expected_rows(rows_of, [GOOD[0]]) + expected_rows(
        lambda date: rows_of(date, 5), days("2026-06-02", 3)
    )
    assert filled.daily_rows() == wanted


def test_an_empty_answer(filled: Platform) -> None:
    with pytest.raises(
        DownloadsMissing, match=r"no downloads for 2026-06-04\. Nothing was written"
    ) as raised:
        filled.run(DAILY, answering(lambda date: []), "2026-06-04")
    assert not raised.value.allow_retries
    unchanged(filled)


def test_an_empty_day_within_a_range(filled: Platform) -> None:
    def log(date: dt.date) -> list[dict[str, Any]]:
        return [] if date.day == 5 else rows_of(date)

    with pytest.raises(DownloadsMissing, match="no downloads for 2026-06-05"):
        filled.run(DAILY, answering(log), "2026-06-02", "2026-06-07")
    unchanged(filled)


@pytest.mark.parametrize(
    "error",
    [BigQueryUnavailable("The connection was dropped."), BigQueryForbidden("Not for you.")],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("pages", [0, 2])
def test_an_error_in_the_middle_of_the_rows_keeps_its_type(
    filled: Platform, error: dg.Failure, pages: int
) -> None:
    bigquery = answering(rows_of, page_rows=2, fails_after=pages, error=error)
    with pytest.raises(type(error), match=str(error)):
        filled.run(DAILY, bigquery, "2026-06-02", "2026-06-06")
    unchanged(filled)


def test_an_error_of_the_query_keeps_its_type(filled: Platform) -> None:
    def refuse(sql: str, parameters: Mapping[str, BigQueryValue]) -> pa.Table:
        raise BigQueryForbidden("Not for you.")

    with pytest.raises(BigQueryForbidden):
        filled.run(DAILY, FakeBigQuery(refuse), "2026-06-02")
    unchanged(filled)


@pytest.mark.parametrize(
    ("error", "attempts"),
    [(BigQueryUnavailable("The connection was dropped."), 3), (BigQueryForbidden("Not for you."), 1)],
)
def test_only_what_may_pass_is_tried_again_and_not_for_ever(
    filled: Platform, error: dg.Failure, attempts: int
) -> None:
    filled.retries = 2
    bigquery = answering(rows_of, page_rows=2, fails_after=1, error=error)
    assert not filled.run(DAILY, bigquery, "2026-06-02", "2026-06-06", raise_on_error=False).success
    assert len(bigquery.queries) == attempts
    unchanged(filled)


@pytest.mark.parametrize("key", ["2026-06-31", "yesterday", "2026-05-31", "2026-06-01T00:00"])
def test_a_partition_that_does_not_exist(filled: Platform, key: str) -> None:
    bigquery = answering(rows_of)
    with pytest.raises(dg.DagsterError):
        filled.run(DAILY, bigquery, key)
    assert bigquery.queries == []
    unchanged(filled)
