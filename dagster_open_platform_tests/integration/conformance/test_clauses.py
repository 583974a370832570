"""Each clause is kept by a component that does right, and fails of one that breaks it."""

from pathlib import Path

import dagster as dg
import pytest

from dagster_open_platform.conformance.clauses import CLAUSES
from dagster_open_platform.conformance.runs import ops_of, run
from dagster_open_platform.conformance.subject import NotConformingError
from dagster_open_platform.conformance.trial import Trial
from dagster_open_platform.conformance.world import DuckDBWorld
from dagster_open_platform_tests.fixtures.conformance.counted import project

FOUND = {
    "loads_offline": "Loading caused socket.connect",
    "has_one_graph": r"On a laptop and in production these assets differ: conformance/counted\.",
    "writes_its_partition_only": r"counted: 2026-06-01, then 2026-06-02, purina\.conformance\.counted differs from each alone",
    "is_idempotent": r"run again, purina\.conformance\.counted differs from run once: 1 rows more",
    "repairs_what_was_killed": r"killed after \d\.\d+ s and run again, purina\.conformance\.\w+ differs from run quietly",
    "shows_no_secret": "counted: .*shows conformance-value-of-conformance_api_token",
    "refuses_bad_yaml": r"accepted\.",
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    directory = tmp_path_factory.mktemp("sound")
    return Trial(project(directory).alone(directory), directory)


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_component_that_does_right_keeps_it(clause: str, sound: Trial) -> None:
    CLAUSES[clause](sound)


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_component_that_breaks_it_is_found(clause: str, tmp_path: Path) -> None:
    trial = Trial(project(tmp_path, clause).alone(tmp_path), tmp_path)
    with pytest.raises(NotConformingError, match=FOUND[clause]):
        CLAUSES[clause](trial)


def test_a_failure_is_not_waited_for_and_an_op_that_only_checks_is_run(tmp_path: Path) -> None:
    """Merged with others, such an op is no `AssetChecksDefinition` any more; with its retries it would take an hour to fail."""

    @dg.asset_check(asset="counted", name="fails", retry_policy=dg.RetryPolicy(max_retries=1, delay=3600))
    def fails() -> dg.AssetCheckResult:
        raise RuntimeError("nobody answers")

    @dg.asset_check(asset="counted", name="holds")
    def holds() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    merged = dg.Definitions.merge(dg.Definitions(asset_checks=[fails]), dg.Definitions(asset_checks=[holds]))
    failed, held = (run(op, DuckDBWorld(tmp_path)) for op in ops_of(merged))
    assert not failed.succeeded
    assert "nobody answers" in str(failed.error)
    assert held.told == ["holds of counted: True"]
    assert held.began < held.ended
