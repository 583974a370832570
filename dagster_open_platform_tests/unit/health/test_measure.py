"""What is measured of an instance, compared with what was done to it; and only by methods that may be used."""

import datetime as dt
from typing import Any, cast

import dagster as dg
import pytest

from dagster_open_platform.lib.code_location import NOBODY, CodeLocation, NoDefinitions
from dagster_open_platform.lib.health.freshness import Freshness
from dagster_open_platform.lib.health.measure import health_of
from dagster_open_platform.lib.health.model import Health
from dagster_open_platform.lib.health.runs import runs_of
from dagster_open_platform.lib.health.steps import slowest_steps
from dagster_open_platform_tests.fixtures.failing_platform import (
    SECRET,
    FailingPlatform,
    PublicInstance,
    QuotaError,
)

MARKED_PUBLIC = ("get_run_records", "get_asset_records", "fetch_materializations")
WITHOUT_UNDERSCORE = ("get_records_for_run", "get_latest_asset_check_evaluation_record")


@pytest.fixture(scope="module")
def platform() -> FailingPlatform:
    """One run that succeeds, one that fails, one that fails and recovers, one of ops; the check warns in the end."""
    platform = FailingPlatform(dg.DagsterInstance.ephemeral())
    platform.run("orders", "talks")
    platform.check_passes, platform.check_severity = False, dg.AssetCheckSeverity.WARN
    platform.run("orders", "sales_mart")
    platform.failing = {"talks": QuotaError(f"password={SECRET}"), "people": ValueError("odd")}
    platform.run("talks")
    failed = platform.run("people", "bare")
    platform.failing = {}
    platform.run("people", retry_of=failed)
    platform.run_job()
    return platform


def measured(platform: FailingPlatform, ahead: dt.timedelta = dt.timedelta()) -> Health:
    public = PublicInstance(platform.instance, [*MARKED_PUBLIC, *WITHOUT_UNDERSCORE])
    now = dt.datetime.now(dt.UTC) + ahead + dt.timedelta(seconds=1)
    return health_of(cast(dg.DagsterInstance, public), platform.graph, now)


@pytest.fixture(scope="module")
def health(platform: FailingPlatform) -> Health:
    return measured(platform)


def test_the_methods_are_those_that_dagster_marks_as_public() -> None:
    marked = [name for name in MARKED_PUBLIC if vars(getattr(dg.DagsterInstance, name)).get("_is_public")]
    if not marked:  # newer versions keep the mark elsewhere; the names stand then in the documentation
        marked = [name for name in MARKED_PUBLIC if getattr(dg.DagsterInstance, name).__doc__]
    assert marked == list(MARKED_PUBLIC)
    for name in WITHOUT_UNDERSCORE:
        assert callable(getattr(dg.DagsterInstance, name))


def test_runs_are_counted_by_how_they_ended(health: Health) -> None:
    assert (health.succeeded, len(health.failed_runs), health.canceled, health.under_way) == (3, 3, 0, 0)
    assert len(health.hours) == 24
    assert health.hours[-1].failed == 3


def test_a_run_that_recovered_is_nobodys_concern(health: Health) -> None:
    assert {run.owners for run in health.open_failures} == {("team:devrel",), ()}
    (recovered,) = [run for run in health.failed_runs if run.recovered]
    assert recovered.owners == ("team:people",)


def test_a_failure_has_the_error_that_began_it_without_secrets(health: Health) -> None:
    (failed,) = [run for run in health.failed_runs if run.owners == ("team:devrel",)]
    assert failed.failures[0].error_class == "QuotaError"
    assert failed.failures[0].message.startswith("password=")
    assert SECRET not in failed.failures[0].message
    assert failed.failures[0].assets == (dg.AssetKey("talks"),)


def test_materializations_and_durations_are_those_of_the_steps(health: Health) -> None:
    # orders twice; talks, sales_mart, bare and people once
    assert health.materializations == 6
    assert {step.assets for step in health.slowest} == {
        (dg.AssetKey(name),) for name in ("orders", "talks", "sales_mart", "bare", "people")
    }
    seconds = [step.seconds for step in health.slowest]
    assert seconds == sorted(seconds, reverse=True)
    assert all(value > 0 for value in seconds)


def test_a_check_counts_by_what_it_said_last(health: Health) -> None:
    (check,) = health.checks
    assert (check.key.name, check.is_error, check.owners) == ("has_rows", False, ("team:sales",))
    assert (health.checks_passed, health.checks_unknown) == (0, 0)


def test_owners_add_up_to_the_whole(platform: FailingPlatform, health: Health) -> None:
    by_owner = {each.owner: each for each in health.owners}
    assert sum(each.materializations for each in health.owners) == health.materializations
    assert sum(each.assets for each in health.owners) == len(platform.graph.assets)
    assert by_owner["team:devrel"].failed_runs == 1
    assert by_owner["team:people"].failed_runs == 0
    assert by_owner["team:sales"].warning == 1
    assert by_owner[NOBODY].assets == 1


def test_everything_is_fresh_now_and_stale_two_days_later(platform: FailingPlatform, health: Health) -> None:
    assert (health.fresh, health.stale, health.never) == (4, (), 0)
    later = measured(platform, dt.timedelta(days=2))
    assert (later.fresh, len(later.stale), later.ended) == (0, 4, 0)
    assert {asset.state for asset in later.stale} == {Freshness.FAIL}


def test_a_bound_is_told(platform: FailingPlatform) -> None:
    now = dt.datetime.now(dt.UTC)
    some = runs_of(platform.instance, now - dt.timedelta(hours=1), now, most=2)
    assert (len(some.ended), some.is_whole) == (2, False)
    everything = runs_of(platform.instance, now - dt.timedelta(hours=1), now, most=100)
    assert (len(everything.ended), everything.is_whole) == (6, True)


def test_the_slowest_steps_are_found_in_few_runs(platform: FailingPlatform) -> None:
    now = dt.datetime.now(dt.UTC)
    ended = runs_of(platform.instance, now - dt.timedelta(hours=1), now).ended
    everything, _ = slowest_steps(platform.instance, ended, wanted=100)
    for wanted in range(1, len(everything) + 1):
        assert slowest_steps(platform.instance, ended, wanted) == (everything[:wanted], True)
    _, is_exact = slowest_steps(platform.instance, ended, wanted=100, most=1)
    assert not is_exact


def test_owners_freshness_and_checks_are_those_of_the_resolved_graph(platform: FailingPlatform) -> None:
    resolved, graph = platform.definitions.resolve_asset_graph(), platform.graph
    assert graph.checks == resolved.asset_check_keys
    for key, facts in graph.assets.items():
        node: Any = resolved.get(key)
        assert (facts.owners, facts.freshness) == (tuple(node.owners), node.freshness_policy)
    assert graph.assets.keys() == resolved.get_all_asset_keys()


def test_a_code_location_without_definitions_says_so() -> None:
    with pytest.raises(NoDefinitions, match="build_definitions"):
        _ = CodeLocation().graph


def test_of_several_attempts_the_last_is_open_and_a_promise_holds_for_an_hour() -> None:
    platform = FailingPlatform(dg.DagsterInstance.ephemeral(), {"orders": QuotaError("no room")})
    first = platform.promise_retry(platform.run("orders"))
    assert measured(platform).open_failures == ()
    assert [run.run_id for run in measured(platform, dt.timedelta(hours=2)).open_failures] == [first.run_id]
    last = platform.run("orders", retry_of=first)
    health = measured(platform, dt.timedelta(hours=2))
    assert [run.run_id for run in health.open_failures] == [last.run_id]
    assert len(health.failed_runs) == 2
