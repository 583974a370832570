"""Which way of telling Dagster of a change makes downstream run: what the component's form rests on, measured again."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import dagster as dg
import pytest

from dagster_open_platform.lib.automation import on_inputs_updated

KEY = dg.AssetKey(["vendor", "table"])
SPEC = dg.AssetSpec(KEY)


def observable() -> dg.AssetsDefinition:
    @dg.multi_observable_source_asset(specs=[SPEC])
    def table() -> Iterator[dg.ObserveResult]:
        yield dg.ObserveResult(asset_key=KEY)

    return table


def version(number: int) -> dg.AssetObservation:
    return dg.AssetObservation(KEY, tags={"dagster/data_version": str(number)})


DECLARED: dict[str, Callable[[], dg.AssetSpec | dg.AssetsDefinition]] = {
    "external": lambda: SPEC,
    "observable": observable,
}
EVENTS: dict[str, Sequence[dg.AssetObservation | dg.AssetMaterialization]] = {
    "new version": [version(1), version(2)],
    "same version": [version(1), version(1)],
    "no version": [dg.AssetObservation(KEY), dg.AssetObservation(KEY)],
    "materialization": [dg.AssetMaterialization(KEY), dg.AssetMaterialization(KEY)],
}
MOVES = {
    ("external", "materialization"): [True, True],
    ("observable", "new version"): [True, True],
    ("observable", "same version"): [True, False],
}


@pytest.fixture(params=["ephemeral", "sqlite"])
def instance(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    if request.param == "ephemeral":
        yield dg.DagsterInstance.ephemeral()
    else:
        with dg.DagsterInstance.local_temp(str(tmp_path)) as found:
            yield found


CONDITIONS = {
    "any_deps_updated": dg.AutomationCondition.any_deps_updated(),
    "on_inputs_updated": on_inputs_updated(),
}


@pytest.mark.parametrize("events", EVENTS)
@pytest.mark.parametrize("declared", DECLARED)
def test_what_moves_downstream(declared: str, events: str, instance: dg.DagsterInstance) -> None:
    @dg.multi_asset(
        specs=[
            dg.AssetSpec(name, deps=[SPEC], automation_condition=condition)
            for name, condition in CONDITIONS.items()
        ]
    )
    def downstream(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        for key in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=key)

    defs = dg.Definitions(assets=[DECLARED[declared](), downstream])

    def tick(
        before: dg.EvaluateAutomationConditionsResult | None = None,
    ) -> dg.EvaluateAutomationConditionsResult:
        cursor = before.cursor if before else None
        return dg.evaluate_automation_conditions(defs=defs, instance=instance, cursor=cursor)

    assert dg.materialize([SPEC, downstream], instance=instance).success
    result = tick()
    assert result.total_requested == 0
    moved: list[bool] = []
    for event in EVENTS[events]:
        instance.report_runless_asset_event(event)
        result = tick(result)
        assert result.total_requested in (0, len(CONDITIONS)), "the conditions disagree"
        moved.append(result.total_requested > 0)
        if moved[-1]:
            assert dg.materialize([SPEC, downstream], instance=instance).success
            result = tick(result)
            assert result.total_requested == 0, "requested twice for one event"
    assert moved == MOVES.get((declared, events), [False, False])
