"""The assets: what lands in the warehouse, again and again, and what is told about it."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from starlette.types import ASGIApp

from dagster_open_platform.defs.github.py.assets import CHECKS, REPOSITORIES, TABLES, github_assets, key_of
from dagster_open_platform.defs.github.py.checks import github_table_checks
from dagster_open_platform.defs.github.py.sources import graphql_api
from dagster_open_platform.lib.github.errors import (
    UnexpectedAnswer,
)
from dagster_open_platform.lib.github.resource import GitHubResource
from dagster_open_platform.lib.http import (
    RateLimited,
    ServerError,
    Unauthorized,
)
from dagster_open_platform.lib.http_resource import MissingCredentials
from dagster_open_platform.lib.warehouse import WarehouseResource, duckdb_warehouse
from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform_local.company.github import GitHubState
from dagster_open_platform_local.company.github_items import REPOSITORIES as COMPANY_REPOSITORIES
from dagster_open_platform_local.services.faults import Fault, FaultInjector
from dagster_open_platform_tests.fixtures.github import (
    TOKEN,
    api_of,
    changed,
    company_state,
    expected_rows,
    in_process_resource,
    ordered,
    window,
)

FIRST, LAST = "2026-09-05", "2026-09-19"
WHOLE = window(dt.date(2026, 9, 5), 15)
Rows = dict[str, list[dict[str, Any]]]


class Platform:
    """The assets, a warehouse and an emulated GitHub whose state can be replaced."""

    def __init__(self, directory: Path) -> None:
        self.state = company_state()
        self.warehouse: WarehouseResource = duckdb_warehouse(directory, {"purina": "purina"})
        self.app: ASGIApp = api_of(lambda: self.state)
        self.directory = directory
        self.assets = github_assets(retry_policy=None)

    @property
    def resources(self) -> dict[str, Any]:
        return {"github": in_process_resource(self.app), "warehouse": self.warehouse}

    def run(
        self,
        first: str,
        last: str | None = None,
        only: Sequence[str] = tuple(TABLES),
        github: GitHubResource | None = None,
    ) -> dg.ExecuteInProcessResult:
        """Runs the assets for a range of days; failures are raised as they come."""
        tags = {
            "dagster/asset_partition_range_start": first,
            "dagster/asset_partition_range_end": last or first,
        }
        return dg.materialize(
            [self.assets, github_table_checks, graphql_api],
            selection=dg.AssetSelection.assets(*(key_of(name) for name in only)),
            resources={**self.resources, **({} if github is None else {"github": github})},
            tags=tags,
        )

    def rows(self) -> Rows:
        found: Rows = {}
        with self.warehouse.connect() as connection:
            for name in TABLES:
                table = self.warehouse.table("purina", "github", name)
                if connection.columns(table) is not None:
                    sql = f"SELECT * FROM {connection.quoted(table)}"  # noqa: S608
                    found[name] = ordered(connection.query(sql).to_pylist())
        return found


@pytest.fixture
def platform(tmp_path: Path) -> Platform:
    return Platform(tmp_path)


def test_a_backfill_lands_every_row_of_the_company_and_again_changes_nothing(platform: Platform) -> None:
    platform.run(FIRST, LAST)
    first = platform.rows()
    platform.run(FIRST, LAST)

    assert first == expected_rows(company_state(), WHOLE)
    assert all(first.values())
    assert platform.rows() == first


def test_days_one_by_one_are_the_same_as_all_at_once(platform: Platform) -> None:
    days = [f"2026-09-{day:02d}" for day in range(14, 17)]
    for day in reversed(days):
        platform.run(day)
    singly = platform.rows()

    assert singly == expected_rows(company_state(), window(dt.date(2026, 9, 14), 3))


def moved_on(days: int) -> GitHubState:
    return company_state(today=dt.date(2026, 9, 20) + dt.timedelta(days=days))


def test_a_later_state_replaces_an_earlier_one_and_never_the_other_way_round(platform: Platform) -> None:
    platform.run(FIRST, LAST)
    platform.state = moved_on(5)
    platform.run("2026-09-20", "2026-09-24")
    newest = platform.rows()
    # GitHub of five days ago, as a cache or a restored backup would give it.
    platform.state = moved_on(0)
    platform.run(FIRST, LAST)

    found = platform.rows()
    # Only comments are fetched by their issue's time; their own newest state stays too.
    assert [row["updated_at"] for row in found["issues"]] == [row["updated_at"] for row in newest["issues"]]
    assert [row["state"] for row in found["issues"]] == [row["state"] for row in newest["issues"]]
    assert [row["id"] for row in found["comments"]] == [row["id"] for row in newest["comments"]]


def test_a_reaction_without_an_update_arrives_with_the_next_fetch_of_its_day(platform: Platform) -> None:
    day = "2026-09-15"
    platform.run(day)
    issue = platform.rows()["issues"][0]
    state = platform.state
    platform.state = replace(state, issues=changed(state.issues, {issue["id"]: {"thumbs_up_count": 99}}))
    platform.state = replace(
        platform.state,
        issues=changed(
            platform.state.issues, {issue["id"]: {"reactions": [{"content": "THUMBS_UP", "count": 99}]}}
        ),
    )
    platform.run(day)

    assert platform.rows()["issues"][0]["thumbs_up_count"] == 99


@pytest.mark.parametrize("only", [["issues"], ["discussions"], ["comments"], ["issues", "comments"]])
def test_a_part_of_the_assets_can_be_materialized(platform: Platform, only: list[str]) -> None:
    result = platform.run("2026-09-14", "2026-09-15", only)

    expected = expected_rows(company_state(), window(dt.date(2026, 9, 14), 2))
    assert platform.rows() == {name: expected[name] for name in TABLES if name in only}
    materialized = {event.asset_key for event in result.get_asset_materialization_events()}
    assert materialized == {key_of(name) for name in only}


def test_metadata_tells_what_was_fetched_and_what_it_took(platform: Platform) -> None:
    result = platform.run("2026-09-15")
    expected = expected_rows(company_state(), window(dt.date(2026, 9, 15)))
    for event in result.get_asset_materialization_events():
        metadata: dict[str, Any] = {key: value.value for key, value in event.materialization.metadata.items()}
        name = str(event.asset_key.path[-1]) if event.asset_key else ""
        assert metadata["dagster/table_name"] == f"purina.github.{name}"
        assert metadata["dagster/row_count"] == metadata["rows_fetched"] == len(expected[name])
        assert metadata["dagster/partition_row_count"] == len(expected[name])
        assert metadata["rows_inserted"] == len(expected[name])
        assert metadata["requests"] >= metadata["pages"] > 0
        assert metadata["rate_limit_remaining"] > 0
        assert metadata["window"] == "[2026-09-15T00:00:00Z, 2026-09-16T00:00:00Z)"
        assert str(metadata["preview"]).count("\n") >= 2


def outcomes(result: dg.ExecuteInProcessResult) -> dict[tuple[str, str], tuple[bool, dg.AssetCheckSeverity]]:
    return {
        (found.asset_key.path[-1], found.check_name): (found.passed, found.severity)
        for found in result.get_asset_check_evaluations()
    }


def test_all_checks_run_and_pass_on_a_whole_fetch(platform: Platform) -> None:
    result = platform.run(FIRST, LAST)

    found = outcomes(result)
    assert {check for check, (passed, _) in found.items() if not passed} == set()
    assert {table for table, _ in found} == set(TABLES)
    assert len(found) == len(TABLES) * (len(CHECKS) + 2)


def test_a_quiet_day_is_a_warning_and_a_quiet_week_an_error(tmp_path: Path) -> None:
    platform = Platform(tmp_path)
    found = {}
    for days, last in ((1, "2026-09-25"), (7, "2026-10-01")):
        outcome = outcomes(platform.run("2026-09-25", last))
        found[days] = outcome["issues", "window_not_empty"]
        assert outcome["issues", "rows_landed"][0]

    assert found == {1: (False, dg.AssetCheckSeverity.WARN), 7: (False, dg.AssetCheckSeverity.ERROR)}


def test_table_checks_find_what_is_wrong(platform: Platform) -> None:
    platform.run("2026-09-10", "2026-09-15")
    with platform.warehouse.connect() as connection:
        issues = connection.quoted(platform.warehouse.table("purina", "github", "issues"))
        connection.execute(f"INSERT INTO {issues} SELECT * FROM {issues} LIMIT 1")  # noqa: S608
        connection.execute(
            f"UPDATE {issues} SET updated_at = ? WHERE id = (SELECT max(id) FROM {issues})",  # noqa: S608
            [dt.datetime(2020, 1, 1, tzinfo=dt.UTC)],
        )
        discussions = connection.quoted(platform.warehouse.table("purina", "github", "discussions"))
        connection.execute(f"DELETE FROM {discussions}")  # noqa: S608

    result = dg.materialize(
        [platform.assets, github_table_checks, graphql_api],
        selection=dg.AssetSelection.checks(github_table_checks),
        resources=platform.resources,
    )

    failed = {check: severity for check, (passed, severity) in outcomes(result).items() if not passed}
    assert failed[("issues", "ids_unique")] is dg.AssetCheckSeverity.ERROR
    assert failed[("issues", "updated_within_partitions")] is dg.AssetCheckSeverity.ERROR
    assert failed[("comments", "comments_have_parents")] is dg.AssetCheckSeverity.WARN
    assert len(failed) == 3


def test_table_checks_of_tables_that_are_not_there_fail_with_what_to_do(platform: Platform) -> None:
    platform.run("2026-09-15", only=["issues"])
    result = dg.materialize(
        [platform.assets, github_table_checks, graphql_api],
        selection=dg.AssetSelection.checks(github_table_checks),
        resources=platform.resources,
    )

    told = {
        evaluation.asset_key.path[-1]: evaluation.description or ""
        for evaluation in result.get_asset_check_evaluations()
        if not evaluation.passed
    }
    assert set(told) == {"discussions", "comments"}
    assert all("materialize" in text for text in told.values())


FAULTS: list[tuple[Fault, type[Exception]]] = [
    (Fault(path="graphql", calls=(1,), status=401), Unauthorized),
    # In the middle of the fetch, when much was read already.
    (Fault(path="graphql", calls=(5, 6, 7, 8), status=500), ServerError),
]


@pytest.mark.parametrize(("fault", "kind"), FAULTS)
def test_a_failed_fetch_is_typed_and_leaves_the_tables_as_they_were(
    platform: Platform, fault: Fault, kind: type[Exception]
) -> None:
    platform.run("2026-09-14")
    before = platform.rows()
    platform.app = FaultInjector(api_of(lambda: platform.state), [fault])

    with pytest.raises(kind) as raised:
        platform.run("2026-09-15")

    assert type(raised.value) is kind
    assert isinstance(raised.value, PermanentFailure | RetryableFailure)
    assert platform.rows() == before


def test_no_token_and_a_wrong_one_say_what_to_set(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(MissingCredentials, match="GITHUB_TOKEN"):
        platform.run("2026-09-15", github=GitHubResource(token=""))
    with pytest.raises(MissingCredentials, match="GITHUB_TOKEN"):
        platform.run("2026-09-15", github=GitHubResource())
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_wrong")
    wrong = in_process_resource(platform.app, token=None)
    with pytest.raises(Unauthorized, match="Check GITHUB_TOKEN"):
        platform.run("2026-09-15", github=wrong)
    assert platform.rows() == {}


def test_the_resource_does_not_show_its_token_and_reads_its_address_when_it_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resource = GitHubResource(token=TOKEN)
    with resource.connect() as client:
        assert client.http.base_url == "https://api.github.com"
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:1/github")
    with resource.connect() as client:
        assert client.http.base_url == "http://127.0.0.1:1/github"
        assert TOKEN not in repr(resource) + str(resource) + repr(client.http)


def test_retries_are_for_failures_that_may_pass() -> None:
    policy = github_assets().op.retry_policy

    assert policy is not None
    assert policy.max_retries >= 1
    kinds: list[Callable[[str], dg.Failure]] = [Unauthorized, UnexpectedAnswer, RateLimited, ServerError]
    assert [kind("x").allow_retries for kind in kinds] == [False, False, True, True]


def test_the_assets_say_what_they_are() -> None:
    for spec in github_assets().specs:
        assert spec.owners
        assert spec.description
        assert spec.group_name == "github"
        assert spec.kinds == {"github", "python"}
        assert spec.automation_condition is not None
        assert [dep.asset_key for dep in spec.deps] == [graphql_api.key]
        columns = {column.name for column in spec.metadata["dagster/column_schema"].columns}
        assert columns == {column.name for column in TABLES[spec.key.path[-1]]}
    assert github_assets().op.pool == "warehouse"
    assert github_table_checks.node_def.pools == {"warehouse"}
    assert github_assets().backfill_policy == dg.BackfillPolicy.single_run()


def test_the_simulated_company_has_the_repositories_that_are_fetched() -> None:
    assert {repository.name for repository in COMPANY_REPOSITORIES} == set(REPOSITORIES)
