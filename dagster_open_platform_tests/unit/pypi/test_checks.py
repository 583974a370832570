"""When the checks pass, warn and fail."""

import datetime as dt

import dagster as dg
from hypothesis import given, settings
from hypothesis import strategies as st

from dagster_open_platform.defs.pypi.py import checks as judgements
from dagster_open_platform_tests.fixtures.pypi import (
    DAILY,
    WEEKLY,
    Platform,
    answering,
    checks,
    day,
    days,
    rows_of,
)


def test_a_doubled_and_a_halved_day_are_noticed_and_only_warn(run_platform: Platform) -> None:
    run_platform.run(DAILY, answering(rows_of), "2026-06-01", "2026-06-28")
    bigquery = answering(lambda date: rows_of(date, 2) if date.day == 30 else rows_of(date))
    evaluation = checks(run_platform.run(DAILY, bigquery, "2026-06-29", "2026-07-04"))[
        "daily_total_is_plausible"
    ]
    assert not evaluation.passed
    assert evaluation.severity == dg.AssetCheckSeverity.WARN
    assert evaluation.metadata["days_judged"].value == 6
    assert evaluation.metadata["suspicious"].value == ["2026-06-30: 226 downloads, usually 113"]


@settings(max_examples=300)
@given(
    usual=st.integers(1_000, 10_000_000),
    noise=st.lists(st.floats(0.92, 1.08), min_size=5, max_size=5),
    growth=st.floats(1.0, 1.03),
)
def test_ordinary_days_are_plausible_and_doubled_ones_and_those_that_lost_two_thirds_are_not(
    usual: int, noise: list[float], growth: float
) -> None:
    mondays = [day("2026-06-01") + dt.timedelta(weeks=week) for week in range(5)]
    totals = {
        monday: int(usual * growth**week * factor)
        for week, (monday, factor) in enumerate(zip(mondays, noise, strict=True))
    }
    last = mondays[-1]
    assert judgements.daily_total_is_plausible(totals, [last]).passed
    for factor in (2, 0.3):
        wrong = {**totals, last: int(totals[last] * factor)}
        assert not judgements.daily_total_is_plausible(wrong, [last]).passed


def test_without_history_nothing_is_said(run_platform: Platform) -> None:
    evaluation = checks(run_platform.run(DAILY, answering(rows_of), "2026-06-01", "2026-06-14"))[
        "daily_total_is_plausible"
    ]
    assert evaluation.passed
    assert evaluation.metadata["days_judged"].value == 0
    assert "Not enough history" in str(evaluation.description)


def test_a_partition_whose_rows_were_deleted_is_noticed(run_platform: Platform) -> None:
    run_platform.run(DAILY, answering(rows_of), "2026-06-01", "2026-06-05")
    with run_platform.warehouse.connect() as connection:
        connection.execute(
            "delete from purina.pypi.daily_file_downloads where download_date = ?", [day("2026-06-03")]
        )
    evaluation = checks(run_platform.run(DAILY, answering(rows_of), "2026-06-06"))["no_partition_is_empty"]
    assert not evaluation.passed
    assert evaluation.severity == dg.AssetCheckSeverity.ERROR
    assert evaluation.metadata["empty_partitions"].value == ["2026-06-03"]


@given(fetched=st.integers(0, 100), landed=st.integers(0, 100))
def test_landed_rows_are_compared_with_fetched_ones(fetched: int, landed: int) -> None:
    assert judgements.rows_landed_equal_rows_fetched(fetched, landed).passed == (fetched == landed)


def test_rows_that_were_announced_and_did_not_come_are_noticed(run_platform: Platform) -> None:
    """BigQuery announces the rows of its whole answer; here one of four is lost on the way."""
    bigquery = answering(rows_of, loses_last_row=True)
    result = run_platform.run(DAILY, bigquery, "2026-06-01", raise_on_error=False)
    evaluation = checks(result)["rows_landed_equal_rows_fetched"]
    assert not evaluation.passed
    assert not result.success
    assert (evaluation.metadata["rows_fetched"].value, evaluation.metadata["rows_landed"].value) == (4, 3)


def test_a_week_that_its_days_left_behind_is_noticed(run_platform: Platform) -> None:
    run_platform.run(DAILY, answering(rows_of), "2026-06-01", "2026-06-14")
    result = run_platform.run(WEEKLY, None, "2026-06-01", "2026-06-08")
    assert checks(result)["weekly_totals_equal_daily_totals"].passed

    run_platform.run(DAILY, answering(lambda date: rows_of(date, 2)), "2026-06-10")
    evaluation = checks(run_platform.run_checks())["weekly_totals_equal_daily_totals"]
    assert not evaluation.passed
    total = sum(row["download_count"] for date in days("2026-06-08", 7) for row in rows_of(date))
    more = sum(row["download_count"] for row in rows_of(day("2026-06-10")))
    assert evaluation.metadata["different"].value == [
        f"2026-06-08: {total:,} in the weekly table, {total + more:,} in the daily one"
    ]

    run_platform.run(WEEKLY, None, "2026-06-08")
    assert checks(run_platform.run_checks())["weekly_totals_equal_daily_totals"].passed
