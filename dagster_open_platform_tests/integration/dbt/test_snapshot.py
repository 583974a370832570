"""The history of issues, taken day by day."""

from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from dagster_open_platform_tests.fixtures.dbt import EPOCH, RawData, at, issue, issues_updated_on
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt, failures

DAYS = 6


def day(number: int) -> date:
    return EPOCH + timedelta(days=number)


def history(raw: RawData) -> list[Any]:
    with duckdb.connect(str(raw.directory / "dwh_reporting.duckdb"), read_only=True) as connection:
        return connection.execute(
            "select issue_id, state, dbt_valid_from, dbt_valid_to from snapshots.github_issues_snapshot order by 1, 3"
        ).fetchall()


def expected_history() -> list[Any]:
    """Every version that the fixture makes of an issue, worked out without dbt: each ends when the next begins."""
    versions = [row for number in range(DAYS) for row in issues_updated_on(day(number))]
    rows = []
    for version in versions:
        later = [
            other["updated_at"]
            for other in versions
            if other["id"] == version["id"] and other["updated_at"] > version["updated_at"]
        ]
        end = min(later).replace(tzinfo=None) if later else None
        rows.append((version["id"], version["state"], version["updated_at"].replace(tzinfo=None), end))
    return sorted(rows, key=lambda row: (row[0], row[2]))


def test_daily_snapshots_keep_every_version_without_gaps(dbt_local: InProcessDbt, raw: RawData) -> None:
    raw.load(EPOCH, EPOCH)
    dbt_local.run("run", "--select", "stg_github__issues")
    for number in range(DAYS):
        raw.load(day(number), day(number + 1))
        dbt_local.run("build", "--select", "github_issues_snapshot")
    assert history(raw) == expected_history()


def test_taking_one_again_and_old_news_change_nothing(dbt_local: InProcessDbt, raw: RawData) -> None:
    raw.insert("github.issues", [issue(0, day(3), closed=day(3))])
    dbt_local.run("run", "--select", "stg_github__issues")
    dbt_local.run("build", "--select", "github_issues_snapshot")
    before = history(raw)
    dbt_local.run("build", "--select", "github_issues_snapshot")
    raw.insert("github.issues", [issue(0, day(1))])
    dbt_local.run("build", "--select", "github_issues_snapshot")
    assert history(raw) == before


@pytest.mark.parametrize(
    ("fault", "test"),
    [
        (
            "set dbt_valid_to = dbt_valid_to - interval 1 hour where dbt_valid_to is not null",
            "no_gaps_or_overlaps",
        ),
        (
            "set dbt_valid_to = dbt_valid_to + interval 1 hour where dbt_valid_to is not null",
            "no_gaps_or_overlaps",
        ),
        ("set dbt_valid_to = null", "no_gaps_or_overlaps"),
        (
            "set dbt_valid_from = null where dbt_valid_to is null",
            "github_issues_snapshot_grain",
        ),
    ],
)
def test_a_gap_or_an_overlap_is_found(dbt_local: InProcessDbt, raw: RawData, fault: str, test: str) -> None:
    raw.insert("github.issues", [issue(0, day(0))])
    dbt_local.run("run", "--select", "stg_github__issues")
    dbt_local.run("build", "--select", "github_issues_snapshot")
    raw.insert("github.issues", [issue(0, day(2), closed=day(2))])
    dbt_local.run("build", "--select", "github_issues_snapshot")
    assert [row[2] for row in history(raw)] == [at(day(n), 20).replace(tzinfo=None) for n in (0, 2)]
    with duckdb.connect(str(raw.directory / "dwh_reporting.duckdb")) as connection:
        connection.execute(f"update snapshots.github_issues_snapshot {fault}")
    result = dbt_local.call("test", "--select", "github_issues_snapshot")
    assert any(test in node.node.name for node in failures(result))
