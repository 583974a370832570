"""A clean company passes every test; an injected fault of each kind fails the test that is meant for it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from dagster_open_platform_tests.fixtures.dbt import EPOCH, RawData
from dagster_open_platform_tests.integration.dbt.company import attached
from dagster_open_platform_tests.integration.dbt.in_process import InProcessDbt, results_of

FAULTS = {
    "a day that was loaded twice": (
        "insert into pypi.daily_file_downloads from pypi.daily_file_downloads where download_date = '2026-06-03'",
        {"source_pypi_daily_file_downloads_grain": "warn"},
    ),
    "a count below zero": (
        "update pypi.daily_file_downloads set download_count = -1 where download_date = '2026-06-03'",
        {
            "source_pypi_daily_file_downloads_counts_are_positive": "fail",
            "daily_downloads_equal_staging": "fail",
        },
    ),
    "downloads of a day that arrive after its marts were built": (
        "update pypi.daily_file_downloads set download_count = 1000 where download_date = '2026-06-05'",
        {"daily_downloads_equal_staging": "fail", "weekly_downloads_equal_the_daily_ones": "fail"},
    ),
    "a week that begins on a Tuesday": (
        "update oss_analytics.dagster_pypi_downloads set week_start = week_start + 1",
        {"stg_oss_analytics__dagster_pypi_downloads_weeks_start_on_monday": "fail"},
    ),
    "a week of eight days": (
        "update oss_analytics.dagster_pypi_downloads set days_counted = 8",
        {"source_oss_analytics_dagster_pypi_downloads_days_are_a_week": "fail"},
    ),
    "an unknown state": (
        "update github.issues set state = 'MERGED' where id = 'I_1'",
        {
            "accepted_values_stg_github__issues_state__OPEN__CLOSED": "fail",
            "stg_github__issues_have_a_closing_time_if_closed": "warn",
        },
    ),
    "two issues with one number": (
        "update github.issues set number = 3 where id = 'I_0'",
        {"stg_github__issues_numbers_are_unique_in_a_repository": "fail"},
    ),
    "comments without their issue": (
        "update github.comments set parent_id = 'nowhere' where parent_id = 'I_1'",
        {"stg_github__comments_belong_to_an_issue": "warn"},
    ),
    "a comment of nobody knows when": (
        "update github.comments set created_at = null where id = 'C_1_12'",
        {"stg_github__comments_has_no_nulls": "fail"},
    ),
    "a comment without an id": (
        "update github.comments set id = null where id = 'C_4_12'",
        {"primary_key_stg_github__comments_comment_id": "fail"},
    ),
    "an answer before the question": (
        "update github.discussions set answered_at = created_at - interval 1 hour where id = 'D_1' and is_answered",
        {"stg_github__discussions_are_answered_after_they_are_started": "fail"},
    ),
    "an answer that nobody gave": (
        "update github.discussions set answered_at = null where id = 'D_0'",
        {"stg_github__discussions_have_an_answer_time_if_answered": "fail"},
    ),
    "an issue that the daily mart has not seen": (
        "update github.issues set created_at = created_at - interval 1 day where id = 'I_5'",
        {"daily_activity_equals_the_repositories_history": "fail"},
    ),
}


MODELS = (
    *("path:models/staging/pypi", "path:models/staging/github", "time_spine", "oss_packages"),
    *("pypi_downloads_daily", "pypi_downloads_weekly", "dim_oss_packages", "dim_github_repositories"),
    *("github_activity_daily", "github_issue_labels", "github_issue_response_times"),
)
"""What the faults concern, and what is built over it."""
SOURCES = ("source:pypi", "source:oss_analytics", "source:github")


@pytest.fixture(scope="module")
def template(dbt_local: InProcessDbt, tmp_path_factory: pytest.TempPathFactory) -> RawData:
    """A warehouse in which everything is built, to be copied."""
    data = RawData(tmp_path_factory.mktemp("clean"))
    data.create()
    data.load_community(EPOCH, EPOCH + timedelta(days=8))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAREHOUSE_DUCKDB_DIR", str(data.directory))
        dbt_local.run("build", "--exclude-resource-type", "test", "unit_test", "--select", *MODELS)
    return data


@pytest.fixture
def warehouse(template: RawData, raw: RawData) -> RawData:
    """The test's own copy of it."""
    for name in ("purina.duckdb", "dwh_reporting.duckdb"):
        (raw.directory / name).write_bytes((template.directory / name).read_bytes())
    return raw


@pytest.fixture
def complaints(dbt_local: InProcessDbt) -> Callable[[], dict[str, str]]:
    """Runs every data test, and returns those that do not pass with what they say."""

    def asked() -> dict[str, str]:
        kept = ("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious")
        results = results_of(dbt_local.call("test", *kept, "--select", *MODELS, *SOURCES))
        assert len(results) > 50
        # The fixture has a package that the seed does not list.
        known = "accepted_values_dim_oss_packages_package_family__core__integration__community"
        return {r.node.name: str(r.status) for r in results if r.status != "pass" and r.node.name != known}

    return asked


def test_a_clean_company_passes(warehouse: RawData, complaints: Callable[[], dict[str, str]]) -> None:
    assert complaints() == {}


def test_every_fault_fails_the_test_that_is_meant_for_it_and_no_other(
    warehouse: RawData, complaints: Callable[[], dict[str, str]]
) -> None:
    expected: dict[str, str] = {}
    with warehouse.connect() as connection:
        for statement, tests in FAULTS.values():
            connection.execute(statement)
            expected |= tests
    assert complaints() == expected


def test_a_mart_that_disagrees_with_its_days_is_found(
    warehouse: RawData, complaints: Callable[[], dict[str, str]]
) -> None:
    with duckdb.connect(str(warehouse.directory / "dwh_reporting.duckdb")) as connection:
        connection.execute("update community.pypi_downloads_weekly set download_count = download_count + 1")
        connection.execute("update community.github_issue_response_times set response_count = 1000")
    assert complaints() == {
        "weekly_downloads_equal_the_daily_ones": "fail",
        "responded_issues_have_comments": "fail",
    }


def test_failing_rows_say_what_they_lack_and_which_key_is_wrong(
    warehouse: RawData, dbt_local: InProcessDbt
) -> None:
    """One query asks for several columns, so the rows have to tell which it was."""
    with warehouse.connect() as connection:
        connection.execute("update github.comments set parent_id = null where id = 'C_1_12'")
        connection.execute(
            "update github.comments set id = null, repository = null, updated_at = null where id = 'C_1_15'"
        )
    assert failing_rows(
        dbt_local, warehouse, "stg_github__comments_has_no_nulls", "null_columns, comment_id"
    ) == {
        ("parent_id", "C_1_12"),
        ("repository updated_at", None),
    }
    assert failing_rows(dbt_local, warehouse, "primary_key_stg_github__comments_comment_id", "*") == {
        (None, 1)
    }


def test_a_key_that_several_rows_share_is_shown_once(warehouse: RawData, dbt_local: InProcessDbt) -> None:
    with duckdb.connect(str(warehouse.directory / "dwh_reporting.duckdb")) as connection:
        table = "community.pypi_downloads_weekly"
        row = f"select * from {table} where package_name = 'dagster' and week_start = '2026-06-01'"  # noqa: S608 -- our own names
        connection.execute(f"insert into {table} {row} union all {row}")
    found = failing_rows(
        dbt_local, warehouse, "pypi_downloads_weekly_grain", "package_name, week_start, row_count"
    )
    assert found == {("dagster", date(2026, 6, 1), 3)}


def failing_rows(dbt: InProcessDbt, warehouse: RawData, test: str, columns: str) -> set[tuple[Any, ...]]:
    """The rows that a test finds wrong, which is what it must fail for."""
    [result] = results_of(dbt.call("test", "--select", test))
    with attached(warehouse.directory) as connection:
        rows = connection.execute(f"select {columns} from ({result.node.compiled_code})").fetchall()  # noqa: S608 -- dbt's own
    assert (str(result.status), result.failures) == ("fail", len(rows))
    return set(rows)
