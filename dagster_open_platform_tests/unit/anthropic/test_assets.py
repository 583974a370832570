"""The five assets: what lands, again and again, and what is told about it."""

import ast
import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.defs.claude.py import assets, loader
from dagster_open_platform.lib.anthropic.fake import FakeAnthropic
from dagster_open_platform.lib.anthropic.protocol import AdminApi
from dagster_open_platform_local.services.faults import Fault, FaultInjector
from dagster_open_platform_tests.fixtures.anthropic import (
    EMPTY_DAY,
    LISTINGS,
    REPORTS,
    SOURCES,
    TODAY,
    ClaudePlatform,
    api_of,
    company_account,
    giving,
    http_of,
    in_process,
)

FIRST, LAST = "2026-06-29", "2026-07-06"
ROOT = "/v1/organizations"
FOLDER = Path(loader.__file__).parent


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> ClaudePlatform:
    """A platform that has loaded the company twice; tests only look."""
    platform = ClaudePlatform(in_process(api_of()), tmp_path_factory.mktemp("warehouse"))
    assert platform.load(REPORTS, FIRST, LAST).success
    assert platform.load(LISTINGS).success
    return platform


def materialization(result: dg.ExecuteInProcessResult, name: str, day: str | None = None) -> dict[str, Any]:
    (found,) = (
        event.materialization
        for event in result.get_asset_materialization_events()
        if event.asset_key == assets.key_of(name) and event.partition == day
    )
    return {key: value.value for key, value in found.metadata.items()}


def test_everything_lands_and_a_second_run_changes_nothing(loaded: ClaudePlatform) -> None:
    before = {name: loaded.rows(name) for name in SOURCES}
    assert all(before.values())
    api = http_of(api_of())
    query = {"starting_at": f"{FIRST}T00:00:00Z", "ending_at": "2026-07-07T00:00:00Z", "limit": 31}
    report = api.get(f"{ROOT}/cost_report", params=query).json()["data"]
    charged = sum(float(item["amount"]) for bucket in report for item in bucket["results"])
    assert sum(float(row["amount_cents"]) for row in before["cost"] or ()) == pytest.approx(charged)
    assert {row["id"] for row in before["users"] or ()} == {each["id"] for each in company_account().users}
    assert loaded.load(REPORTS, FIRST, LAST).success
    assert loaded.load(LISTINGS).success
    assert {name: loaded.rows(name) for name in SOURCES} == before


def test_one_run_of_many_days_is_many_runs_of_one(loaded: ClaudePlatform, tmp_path: Path) -> None:
    single = ClaudePlatform(loaded.anthropic, tmp_path)
    for day in range(29, 31):
        assert single.load(["usage", "claude_code"], f"2026-06-{day}").success
    for name in ("usage", "claude_code"):
        expected = [row for row in loaded.rows(name) or () if row["usage_date"] < dt.date(2026, 7, 1)]
        assert single.rows(name) == expected != []


@pytest.mark.parametrize("name", REPORTS)
def test_a_day_without_data_is_an_empty_partition_that_says_so(name: str, loaded: ClaudePlatform) -> None:
    result = loaded.load([name], EMPTY_DAY)
    assert result.success
    told = materialization(result, name, EMPTY_DAY)
    assert told["dagster/partition_row_count"] == told["dagster/row_count"] == 0
    assert told["days_without_data"] == [EMPTY_DAY]
    (check,) = result.get_asset_check_evaluations()
    assert (check.check_name, check.passed, check.severity) == (
        loader.NO_DAY_IS_EMPTY,
        False,
        dg.AssetCheckSeverity.WARN,
    )
    assert EMPTY_DAY in str(check.description)
    assert EMPTY_DAY in loaded.instance.get_materialized_partitions(assets.key_of(name))
    day = loaded.load([name], LAST)
    assert all(found.passed for found in day.get_asset_check_evaluations())


def test_each_day_is_told_its_own_rows(loaded: ClaudePlatform) -> None:
    result = loaded.load(["usage"], FIRST, LAST)
    counted = Counter(row["usage_date"].isoformat() for row in loaded.rows("usage") or ())
    for day in (FIRST, EMPTY_DAY, LAST):
        assert materialization(result, "usage", day)["dagster/row_count"] == counted[day]
    told = materialization(result, "usage", FIRST)
    assert told["dagster/table_name"] == "purina.claude.usage"
    assert told["dagster/partition_row_count"] == counted.total()
    # A page has a week of hours.
    assert (told["requests"], told["retries"]) == (2, 0)


@pytest.mark.parametrize(
    ("name", "path", "call", "fault"),
    [
        ("usage", "messages$", 2, {"malformed": True}),
        ("cost", "cost_report$", 2, {"status": 500}),
        ("claude_code", "claude_code$", 5, {"payload": "{}"}),
        ("users", "users$", 1, {"drop": True}),
    ],
)
def test_a_failure_between_pages_leaves_what_was_there(
    name: str, path: str, call: int, fault: dict[str, Any], loaded: ClaudePlatform
) -> None:
    before = loaded.rows(name)
    injector = FaultInjector(api_of(), [Fault(path, calls=(call,), **fault)])
    broken = ClaudePlatform(in_process(injector), loaded.directory, loaded.instance)
    # A month and more, so that each has several pages.
    result = broken.load([name], *(() if name in LISTINGS else ("2026-06-05", "2026-07-15")))
    assert not result.success
    assert result.get_asset_materialization_events() == []
    assert loaded.rows(name) == before


class TestListings:
    """Lists over time, on an Anthropic in memory."""

    @staticmethod
    def user(number: int, **changes: Any) -> dict[str, Any]:
        known = {"id": f"user_{number}", "email": f"u{number}@x.example.com", "name": "N", "role": "user"}
        return {**known, "type": "user", "added_at": 1_780_500_000, **changes}

    def test_who_is_gone_stays_with_the_time_and_may_come_back(self, tmp_path: Path) -> None:
        api, moments = FakeAnthropic(), [dt.datetime(2026, 7, 1, 5, tzinfo=dt.UTC)]
        fake: AdminApi = api
        platform = ClaudePlatform(giving(fake, lambda: moments[-1]), tmp_path)
        states: list[dict[str, Any]] = []
        for listed in ([1, 2, 3], [1, 3], [3], [3], [1, 3, 4]):
            api.listed_users = [self.user(number) for number in listed]
            assert platform.load(["users"]).success
            states.append({row["id"][-1]: row["removed_at"] for row in platform.rows("users") or ()})
            moments.append(moments[-1] + dt.timedelta(days=1))
        days = moments
        assert states == [
            {"1": None, "2": None, "3": None},
            {"1": None, "2": days[1], "3": None},
            {"1": days[2], "2": days[1], "3": None},
            {"1": days[2], "2": days[1], "3": None},
            {"1": None, "2": days[1], "3": None, "4": None},
        ]

    def test_a_list_has_the_present_state_and_the_last_one_of_who_is_gone(self, tmp_path: Path) -> None:
        api = FakeAnthropic(listed_users=[self.user(1), self.user(2)])
        platform = ClaudePlatform(giving(api, lambda: dt.datetime(2026, 7, 1, tzinfo=dt.UTC)), tmp_path)
        assert platform.load(["users"]).success
        api.listed_users = [self.user(1, role="admin")]
        result = platform.load(["users"])
        told = materialization(result, "users")
        assert {row["id"]: row["role"] for row in platform.rows("users") or ()} == {
            "user_1": "admin",
            "user_2": "user",
        }
        counts = ("dagster/row_count", "listed", "newly_listed", "newly_removed", "removed_before")
        assert [told[name] for name in counts] == [2, 1, 0, 1, 0]

    def test_an_empty_list_of_users_removes_nobody(self, tmp_path: Path) -> None:
        api = FakeAnthropic(listed_users=[self.user(1)])
        platform = ClaudePlatform(giving(api, lambda: dt.datetime(2026, 7, 1, tzinfo=dt.UTC)), tmp_path)
        assert platform.load(["users"]).success
        before = platform.rows("users")
        api.listed_users = []
        assert not platform.load(["users"]).success
        assert platform.rows("users") == before


def test_the_checks_of_the_company_pass(tmp_path: Path) -> None:
    platform = ClaudePlatform(in_process(api_of()), tmp_path)
    missing = platform.checked()
    assert not any(found.passed for found in missing.values())
    assert all("materialize" in str(found.description) for found in missing.values())
    assert platform.load(REPORTS, "2026-06-01", (TODAY - dt.timedelta(days=1)).isoformat()).success
    assert platform.load(LISTINGS).success
    found = platform.checked()
    assert [name for name, check in found.items() if not check.passed] == []
    assert found["cost/cost_matches_usage"].metadata["days_compared"].value == 49


def test_no_statement_stands_in_python() -> None:
    texts = [
        node.value
        for path in FOLDER.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert len(texts) > 100
    assert [
        text for text in texts if text.lower().lstrip().startswith(("select ", "with ", "delete ", "insert "))
    ] == []
