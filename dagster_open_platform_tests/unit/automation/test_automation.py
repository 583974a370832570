"""Truth tables of the platform's automation policies, evaluated by Dagster itself."""

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from dagster_open_platform.lib import automation
from dagster_open_platform.lib.automation import (
    ingest_on_cron,
    on_code_changed,
    on_inputs_settled,
    on_inputs_updated,
)

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
DAILY = dg.DailyPartitionsDefinition(start_date="2026-06-01")


def graph(
    condition: dg.AutomationCondition, partitions: dg.PartitionsDefinition | None = None
) -> dg.Definitions:
    """``source`` (external) and ``input`` feed ``subject``, which carries the condition."""

    @dg.asset(partitions_def=partitions)
    def upstream() -> None: ...

    @dg.asset(deps=["source", upstream], automation_condition=condition, partitions_def=partitions)
    def subject() -> None: ...

    return dg.Definitions(assets=[dg.AssetSpec("source"), upstream, subject])


class Evaluations:
    """Evaluates a graph tick by tick, as the automation sensor does."""

    def __init__(self, defs: dg.Definitions) -> None:
        self.defs, self.instance, self.cursor = defs, dg.DagsterInstance.ephemeral(), None

    def materialize(self, *keys: str, partition: str | None = None) -> None:
        assets = [self.defs.get_assets_def(key) for key in keys]
        assert dg.materialize(assets, instance=self.instance, partition_key=partition).success

    def requested(self, at: datetime) -> set[str | None]:
        """Partition keys (``None``: the unpartitioned asset) of ``subject`` that a tick at ``at`` requests."""
        result = dg.evaluate_automation_conditions(
            defs=self.defs, instance=self.instance, cursor=self.cursor, evaluation_time=at
        )
        self.cursor = result.cursor
        return set(result.get_requested_partitions(dg.AssetKey("subject")))


def test_ingest_on_cron_requests_once_a_tick() -> None:
    ticks = Evaluations(graph(ingest_on_cron("0 6 * * *")))
    observed = [ticks.requested(NOON + timedelta(hours=hours)) for hours in (0, 6, 17, 18, 19, 24, 42)]
    assert observed == [set(), set(), set(), {None}, set(), set(), {None}]


def test_ingest_on_cron_asks_for_the_latest_partition_only() -> None:
    ticks = Evaluations(graph(ingest_on_cron("0 6 * * *"), DAILY))
    assert ticks.requested(NOON) == set()
    assert ticks.requested(NOON + timedelta(days=1)) == {"2026-06-10"}


@pytest.mark.parametrize("condition", [on_inputs_updated(), on_inputs_settled()], ids=["updated", "settled"])
def test_inputs_policies_follow_an_update_once(condition: dg.AutomationCondition) -> None:
    ticks = Evaluations(graph(condition))
    assert ticks.requested(NOON) == set(), "an input is missing"
    ticks.materialize("upstream")
    assert ticks.requested(NOON + timedelta(minutes=1)) == {None}
    assert ticks.requested(NOON + timedelta(minutes=2)) == set(), "requested already"
    ticks.materialize("subject")
    assert ticks.requested(NOON + timedelta(minutes=3)) == set(), "nothing new"
    ticks.materialize("upstream")
    assert ticks.requested(NOON + timedelta(minutes=4)) == {None}


@pytest.mark.parametrize("condition", [on_inputs_updated(), on_inputs_settled()], ids=["updated", "settled"])
def test_an_external_source_that_nobody_reports_blocks_nothing(condition: dg.AutomationCondition) -> None:
    ticks = Evaluations(graph(condition))
    ticks.requested(NOON)
    ticks.materialize("upstream")
    assert ticks.instance.get_latest_materialization_event(dg.AssetKey("source")) is None
    assert ticks.requested(NOON + timedelta(minutes=1)) == {None}


@pytest.mark.parametrize(
    ("condition", "during", "afterwards"),
    [(on_inputs_updated(), {None}, set()), (on_inputs_settled(), set(), {None})],
    ids=["updated", "settled"],
)
def test_settled_waits_while_an_input_is_being_made_and_updated_does_not(
    condition: dg.AutomationCondition, during: set[None], afterwards: set[None]
) -> None:
    ticks = Evaluations(graph(condition))
    ticks.requested(NOON)
    ticks.materialize("upstream")
    seen: list[set[str | None]] = []

    @dg.asset(key="upstream")
    def upstream_again() -> None:
        # This run is in progress while the tick is evaluated.
        seen.append(ticks.requested(NOON + timedelta(minutes=1)))

    assert dg.materialize([upstream_again], instance=ticks.instance).success
    assert [*seen, ticks.requested(NOON + timedelta(minutes=2))] == [during, afterwards]


@pytest.mark.parametrize("condition", [on_inputs_updated(), on_inputs_settled()], ids=["updated", "settled"])
def test_a_hole_in_an_inputs_history_blocks_nothing_and_a_missing_latest_partition_does(
    condition: dg.AutomationCondition,
) -> None:
    @dg.asset(partitions_def=DAILY)
    def upstream() -> None: ...

    @dg.asset(deps=[upstream], automation_condition=condition)
    def subject() -> None: ...

    ticks = Evaluations(dg.Definitions(assets=[upstream, subject]))
    ticks.requested(NOON)
    ticks.materialize("upstream", partition="2026-06-03")
    assert ticks.requested(NOON + timedelta(minutes=1)) == set()
    ticks.materialize("upstream", partition="2026-06-09")
    assert ticks.requested(NOON + timedelta(minutes=2)) == {None}


def test_midnight_alone_makes_no_partition_run() -> None:
    @dg.asset
    def upstream() -> None: ...

    @dg.asset(deps=[upstream], automation_condition=on_inputs_settled(), partitions_def=DAILY)
    def subject() -> None: ...

    ticks = Evaluations(dg.Definitions(assets=[upstream, subject]))
    ticks.materialize("upstream")
    ticks.requested(NOON)
    assert ticks.requested(NOON + timedelta(days=1)) == set()
    ticks.materialize("upstream")
    assert ticks.requested(NOON + timedelta(days=1, minutes=1)) == {"2026-06-10"}


def test_on_code_changed_runs_what_is_new_or_edited() -> None:
    def defs(version: str) -> dg.Definitions:
        @dg.asset(code_version=version, automation_condition=on_code_changed())
        def subject() -> None: ...

        return dg.Definitions(assets=[subject])

    ticks = Evaluations(defs("1"))
    assert ticks.requested(NOON) == {None}, "never made"
    ticks.materialize("subject")
    assert ticks.requested(NOON + timedelta(minutes=1)) == set()
    ticks.defs = defs("2")
    assert ticks.requested(NOON + timedelta(minutes=2)) == {None}, "edited"


def test_there_are_at_most_five_policies() -> None:
    policies = {
        name
        for name, value in vars(automation).items()
        if callable(value) and value.__module__ == automation.__name__ and not name.startswith("_")
    }
    assert policies == {"ingest_on_cron", "on_code_changed", "on_inputs_updated", "on_inputs_settled"}
    assert len(policies) <= 5
