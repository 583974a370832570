"""What others load is looked at once a date, with its checks, and what has no rows is told."""

import io
import os
import signal
from collections.abc import Callable, Iterator

import dagster as dg
import pytest
from rich.console import Console

from dagster_open_platform_local.demo.observe import observe_sources
from dagster_open_platform_local.demo.progress import Progress
from dagster_open_platform_local.stack.signals import Interrupted

FULL, EMPTY = dg.AssetKey(["vendor", "full"]), dg.AssetKey(["vendor", "empty"])
MONDAY, TUESDAY = "2026-06-15", "2026-06-16"


def platform(before: Callable[[], None] = lambda: None) -> dg.Definitions:
    """Two tables that a vendor loads, of which one has no rows, and a check that another op makes."""

    @dg.multi_observable_source_asset(
        specs=[dg.AssetSpec(FULL), dg.AssetSpec(EMPTY)],
        check_specs=[dg.AssetCheckSpec("freshness_check", asset=FULL)],
        can_subset=True,
    )
    def observe_vendor(context: dg.AssetExecutionContext) -> Iterator[dg.ObserveResult | dg.AssetCheckResult]:
        before()
        if FULL in context.selected_asset_keys:
            yield dg.ObserveResult(FULL, data_version=dg.DataVersion("1"))
            yield dg.AssetCheckResult(asset_key=FULL, check_name="freshness_check", passed=True)
        if EMPTY in context.selected_asset_keys:
            raise dg.Failure("No row has a value.")

    @dg.asset_check(asset=FULL)
    def adds_up() -> dg.AssetCheckResult:
        raise AssertionError("this is none of the checks that come with an observation")

    return dg.Definitions(assets=[observe_vendor], asset_checks=[adds_up])


def observe(defs: dg.Definitions, instance: dg.DagsterInstance, as_of: str) -> frozenset[dg.AssetKey]:
    return observe_sources(defs, instance, as_of, Progress(Console(file=io.StringIO())))


def observations(instance: dg.DagsterInstance, key: dg.AssetKey) -> int:
    return len(instance.fetch_observations(key, limit=10).records)


def test_each_is_observed_once_a_date_with_its_checks() -> None:
    defs = platform()
    with dg.DagsterInstance.ephemeral() as instance:
        assert observe(defs, instance, MONDAY) == {EMPTY}
        assert observations(instance, FULL) == 1
        check = dg.AssetCheckKey(FULL, "freshness_check")
        record = instance.get_latest_asset_check_evaluation_record(check)
        assert record is not None
        # Not again, neither what is known nor what nobody knows.
        assert observe(defs, instance, MONDAY) == frozenset()
        assert (observations(instance, FULL), instance.get_runs_count()) == (1, 1)
        assert observe(defs, instance, TUESDAY) == {EMPTY}
        assert (observations(instance, FULL), observations(instance, EMPTY)) == (2, 0)


def test_where_nothing_is_observable_nothing_runs() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert observe(dg.Definitions(assets=[dg.AssetSpec("external")]), instance, MONDAY) == frozenset()
        assert instance.get_runs() == []


def test_a_signal_ends_the_demo_and_not_the_observation_alone() -> None:
    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    with dg.DagsterInstance.ephemeral() as instance:
        with pytest.raises(Interrupted):
            observe(platform(interrupt), instance, MONDAY)
        # What was cut off is done again.
        assert observe(platform(), instance, MONDAY) == {EMPTY}
        assert observations(instance, FULL) == 1
