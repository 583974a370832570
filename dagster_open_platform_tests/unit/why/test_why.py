"""What `why` says of an asset, compared with what Dagster's own evaluation of its condition then requests."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from dagster_open_platform.lib import automation
from dagster_open_platform.lib.automation import (
    ingest_on_cron,
    on_code_changed,
    on_inputs_settled,
    on_inputs_updated,
)
from dagster_open_platform.lib.automation_sensors import automation_sensors, family_selections
from dagster_open_platform.lib.automation_words import WORDS, policies_in
from dagster_open_platform.operations.why.command import WRONG, main
from dagster_open_platform.operations.why.evaluation import last_evaluation
from dagster_open_platform.operations.why.facts import Automation, Evaluation, Part
from dagster_open_platform.operations.why.find import UnknownAsset, find
from dagster_open_platform.operations.why.look import look
from dagster_open_platform.operations.why.reasons import TICK, reasons
from dagster_open_platform.operations.why.tell import as_json, as_text
from dagster_open_platform.utils.environment_helpers import Environment, EnvironmentName
from dagster_open_platform.utils.failures import PermanentFailure

DAYS = dg.DailyPartitionsDefinition("2026-06-01")
SECRET = "postgresql://me:hunter2hunter2@db/x"


def made(name: str, condition: dg.AutomationCondition | None, deps: tuple[str, ...] = (), **more: Any) -> Any:
    @dg.asset(name=name, automation_condition=condition, deps=[*deps], **more)
    def asset() -> None:
        """Does nothing."""

    return asset


@dg.asset(automation_condition=on_inputs_updated(), deps=["raw"])
def broken() -> None:
    """Always fails, and says too much."""
    raise PermanentFailure(f"cannot log into {SECRET}")


@dg.asset_check(asset="raw", blocking=True)
def raw_is_whole() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=False, description="a row is missing")


def definitions() -> dg.Definitions:
    return dg.Definitions(
        assets=[
            dg.AssetSpec("outside"),
            made("raw", ingest_on_cron("0 6 * * *"), ("outside",)),
            made("seed", on_code_changed(), code_version="1"),
            made("staged", on_inputs_updated(), ("raw",)),
            made("other", None),
            made("mart", on_inputs_settled(), ("staged", "other", "seed")),
            made("daily", on_inputs_updated(), ("daily_raw",), partitions_def=DAYS),
            made("daily_raw", ingest_on_cron("0 1 * * *"), partitions_def=DAYS),
            made("weekly_sum", on_inputs_updated(), ("daily_raw",)),
            broken,
        ],
        asset_checks=[raw_is_whole],
        schedules=[
            dg.ScheduleDefinition(
                name="nightly",
                cron_schedule="0 2 * * *",
                job=dg.define_asset_job("others", selection=["other"]),
            )
        ],
        sensors=automation_sensors(Environment(EnvironmentName.LOCAL)),
    )


class World:
    """An instance, the definitions, and what Dagster's evaluation knows of its last tick."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance, self.defs = instance, definitions()
        self.cursor: Any = None

    def evaluate(self) -> set[str]:
        """The unpartitioned assets that Dagster would request now."""
        result = dg.evaluate_automation_conditions(defs=self.defs, instance=self.instance, cursor=self.cursor)
        self.cursor = result.cursor
        keys = [dg.AssetKey(name) for name in ("staged", "mart", "seed", "weekly_sum")]
        return {key.to_user_string() for key in keys if result.get_num_requested(key)}

    def materialize(self, *names: str, raises: bool = True, **more: Any) -> None:
        assets = [asset for asset in self.defs.assets or () if isinstance(asset, dg.AssetsDefinition)]
        dg.materialize(assets, selection=[*names], instance=self.instance, raise_on_error=raises, **more)

    def why(self, name: str) -> Any:
        return look(self.defs, self.instance, dg.AssetKey(name), dt.datetime.now(dt.UTC))

    def said(self, name: str) -> str:
        return "\n".join(reasons(self.why(name)))

    def due(self) -> set[str]:
        return {name for name in ("staged", "mart", "seed", "weekly_sum") if "it is due" in self.said(name)}


@pytest.fixture
def world() -> Iterator[World]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield World(instance)


def yesterday() -> str:
    return (dt.datetime.now(dt.UTC) - dt.timedelta(days=1)).strftime("%Y-%m-%d")


def test_what_is_due_is_what_dagster_requests(world: World) -> None:
    world.evaluate()
    world.materialize("raw", "seed", "other", "staged", "mart")
    world.evaluate()
    assert world.due() == world.evaluate() == set()

    steps: list[tuple[str, ...]] = [("raw",), ("staged",), ("mart",), ("other", "seed"), ("raw", "staged")]
    asked = []
    for names in steps:
        world.materialize(*names)
        asked.append(world.due())
        # Dagster counts what it requests as made: so nothing is left open between steps.
        requested = world.evaluate()
        assert requested == asked[-1], names
        if requested:
            world.materialize(*requested)
            world.evaluate()
    # The comparison is of something.
    assert {frozenset(each) for each in asked} >= {
        frozenset({"staged", "mart"}),
        frozenset({"mart"}),
        frozenset(),
    }


def test_what_a_tick_has_let_pass_is_not_due(world: World) -> None:
    """An input that is new after the asset, both between the same two ticks: Dagster counts that as handled."""
    world.materialize("raw", "seed", "other", "staged", "mart")
    world.evaluate()
    world.materialize("mart")
    world.materialize("seed")
    assert "mart" not in world.evaluate()
    facts = world.why("mart")
    tick = Automation("dbt", "sensor", is_on=True, was_switched=True, last_tick=facts.now + 2 * TICK)
    said = "\n".join(reasons(replace(facts, sensor=tick, daemon=facts.now)))
    assert "newer than it is seed" in said
    assert "counts as handled" in said
    assert "it is due" not in said


def test_a_missing_input_is_waited_for(world: World) -> None:
    world.materialize("seed", "staged")
    said = world.said("mart")
    assert (
        "newer than it is seed, staged, but it waits for the latest data of other, which is missing" in said
    )
    assert world.due() == set()


def test_of_partitions_the_latest_counts(world: World) -> None:
    world.materialize("daily_raw", partition_key="2026-06-01")
    assert "waits for the latest data of daily_raw" in world.said("weekly_sum")
    world.materialize("daily_raw", partition_key=yesterday())
    assert "it is due, for newer than it is daily_raw" in world.said("weekly_sum")
    # A day's own input counts, and no other's.
    world.materialize("daily", partition_key=yesterday())
    world.materialize("daily_raw", partition_key="2026-06-01")
    assert "nothing to do" in world.said("daily")
    facts = world.why("daily_raw")
    assert (facts.partitions.made, facts.partitions.latest_is_made) == (2, True)


def test_a_cron_policy_tells_its_ticks(world: World) -> None:
    assert "it was not made since its last tick" in world.said("raw")
    world.materialize("raw")
    [policy] = world.why("raw").policies
    assert policy.last_tick <= dt.datetime.now(dt.UTC) < policy.next_tick
    assert policy.next_tick - policy.last_tick == dt.timedelta(days=1)
    assert (policy.last_tick.hour, policy.last_tick.minute) == (6, 0)
    assert "nothing to do, it was made since its last tick" in world.said("raw")


def test_a_failure_is_told_without_its_secrets(world: World) -> None:
    world.materialize("raw", "broken", raises=False)
    facts = world.why("broken")
    told = "\n".join([*as_text(facts), json.dumps(as_json(facts))])
    assert "The last attempt failed" in told
    assert "cannot log into" in told
    assert "hunter2hunter2" not in told
    assert world.why("raw").failure is None


def test_a_failed_blocking_check_of_an_input_is_told(world: World) -> None:
    checks = [raw_is_whole]
    assets = [asset for asset in world.defs.assets or () if isinstance(asset, dg.AssetsDefinition)]
    dg.materialize([*assets, *checks], selection=["raw"], instance=world.instance, raise_on_error=False)
    assert "The blocking check raw_is_whole of its input raw failed" in world.said("staged")
    [check] = world.why("staged").checks
    assert (check.is_blocking, check.message) == (True, "a row is missing")


def test_what_is_off_is_said(world: World) -> None:
    said = world.said("staged")
    assert "default_automation_condition_sensor is off until somebody switches it on" in said
    assert "schedule nightly (off)" in world.said("other")
    assert "Nothing here makes it" in world.said("outside")


def test_the_sensor_is_the_one_that_has_the_asset(world: World) -> None:
    """Compared with the selections by which sensors take assets."""
    defs = dg.Definitions(
        assets=[
            made(f"a{number}", on_inputs_updated(), kinds=kinds)
            for number, kinds in enumerate(
                [
                    {"dbt"},
                    {"sling"},
                    {"fivetran", "salesforce"},
                    {"s3"},
                    {"dbt", "sling"},
                    {"fivetran", "dbt"},
                ]
            )
        ],
        sensors=automation_sensors(Environment(EnvironmentName.PROD)),
    )
    graph = defs.resolve_asset_graph()
    for family, selection in family_selections().items():
        for key in selection.resolve(graph):
            found = look(defs, world.instance, key, dt.datetime.now(dt.UTC)).sensor
            assert found is not None
            assert found.name == f"{family}_automation_condition_sensor"
            # In production they are on, and a daemon is missed.
            assert found.is_on
    assert "Dagster's daemon has never run" in "\n".join(
        reasons(look(defs, world.instance, dg.AssetKey("a0"), dt.datetime.now(dt.UTC)))
    )


def test_the_last_evaluation_is_told_with_its_parts(world: World) -> None:
    world.materialize("raw")
    facts = world.why("staged")
    condition = Part("on_inputs_updated", False, (Part("any_deps_updated", True, (Part("raw", True),)),))
    at = facts.now - dt.timedelta(hours=1)
    tick = Automation("dbt", "sensor", is_on=True, was_switched=True, last_tick=facts.now)
    told = list(as_text(replace(facts, evaluation=Evaluation(at, condition, 1, ("r" * 36,)), sensor=tick)))
    [head] = [number for number, line in enumerate(told) if line.startswith("evaluated")]
    assert "and the same until" in told[head]
    assert told[head].endswith("requested 1, runs rrrrrrrr")
    assert [line.split() for line in told[head + 1 :]] == [
        ["false", "on_inputs_updated"],
        ["true", "any_deps_updated"],
        ["true", "raw"],
    ]


def test_an_evaluation_is_read_as_a_sensor_keeps_it(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        world, key = World(instance), dg.AssetKey("staged")
        assert last_evaluation(instance, key) is None
        world.evaluate()
        world.materialize("raw")
        result = dg.evaluate_automation_conditions(defs=world.defs, instance=instance, cursor=world.cursor)
        assert result.get_num_requested(key) == 1
        kept = [each.serializable_evaluation.with_run_ids({"run"}) for each in result.results]
        storage: Any = instance.schedule_storage
        storage.add_auto_materialize_asset_evaluations(1, kept)
        found = last_evaluation(instance, key)
    assert found is not None
    assert (found.requested, found.run_ids, found.condition.is_true) == (1, ("run",), True)
    assert found.condition.text == "on_inputs_updated"

    def texts(part: Part) -> set[tuple[str, bool]]:
        return {(part.text, part.is_true)}.union(*(texts(each) for each in part.parts))

    assert {("any_deps_updated", True), ("raw", True)} <= texts(found.condition)


def test_who_observes_an_asset_is_said(world: World) -> None:
    @dg.multi_observable_source_asset(specs=[dg.AssetSpec("watched")], name="observe_watcher")
    def watched() -> Iterator[dg.ObserveResult]:
        yield dg.ObserveResult()

    sensor = dg.SensorDefinition("watcher", evaluation_fn=lambda _context: dg.SkipReason("nothing"))
    defs = dg.Definitions(assets=[watched], sensors=[sensor])
    [found] = look(defs, world.instance, dg.AssetKey("watched"), dt.datetime.now(dt.UTC)).others
    assert (found.name, found.is_on) == ("watcher", False)


POLICIES: dict[str, Callable[[], dg.AutomationCondition]] = {
    "ingest_on_cron": lambda: ingest_on_cron("0 6 * * *", "Europe/Berlin"),
    "on_code_changed": on_code_changed,
    "on_inputs_updated": on_inputs_updated,
    "on_inputs_settled": on_inputs_settled,
}


def test_every_policy_has_words_and_is_recognised() -> None:
    returned = {
        name
        for name, value in vars(automation).items()
        if callable(value) and not name.startswith("_") and hasattr(value, "cache_info")
    }
    assert returned == POLICIES.keys() == WORDS.keys()
    for name, policy in POLICIES.items():
        cron = "0 6 * * * Europe/Berlin" if name == "ingest_on_cron" else None
        assert list(policies_in(policy())) == [(name, cron)]
        both = policy() | on_code_changed()
        for condition in (both, both.with_label(f"{name} or on_code_changed")):
            assert [found for found, _ in policies_in(condition)] == list(
                dict.fromkeys([name, "on_code_changed"])
            ) or name == "on_code_changed"


KEYS = [
    dg.AssetKey(parts)
    for parts in (["a", "users"], ["b", "users"], ["b", "orders"], ["c", "b", "orders_daily"])
]


@pytest.mark.parametrize("name", ["b/orders", "b.orders", "orders", "ORDERS", "/b/orders/"])
def test_an_end_of_a_key_suffices(name: str) -> None:
    assert find(name, KEYS) == dg.AssetKey(["b", "orders"])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("users", "may be a/users, b/users"),
        ("b/ordrs", "Did you mean b/orders"),
        ("oders_daily", "Did you mean c/b/orders_daily"),
        ("nothing_like_it", "The UI lists all assets"),
    ],
)
def test_a_wrong_name_gets_the_nearest(name: str, said: str) -> None:
    with pytest.raises(UnknownAsset) as caught:
        find(name, KEYS)
    assert said in str(caught.value.description)


def test_the_command_reads_the_instance_that_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["raw"], definitions) == WRONG
    assert "just why --local" in capsys.readouterr().err
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "nowhere"))
    assert main(["raw"], definitions) == WRONG
    assert "no such directory" in capsys.readouterr().err

    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    with dg.DagsterInstance.get() as instance:
        World(instance).materialize("raw")
    assert main(["raw", "--json"], definitions) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["key"], found["last"]["run_id"] != "", found["kind"]) == ("raw", True, "materialized here")
    assert main(["rw"], definitions) == WRONG
    assert "Did you mean raw" in capsys.readouterr().err
