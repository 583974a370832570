"""What an instance is left with: which failures have a type, and what is none of its own."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from dagster_open_platform.utils.failures import PermanentFailure
from dagster_open_platform_local.chaos.look import look_at


def typed() -> None:
    try:
        untyped()
    except KeyError as error:
        raise PermanentFailure("The answer lacks it.") from error


def untyped() -> None:
    raise KeyError("lacking")


def left() -> None:
    """As Dagster leaves the generator of a step when it cannot write what the step reported."""
    raise GeneratorExit


@pytest.mark.parametrize(
    ("failing", "failures", "told"),
    [
        (typed, {"PermanentFailure": 1}, []),
        (untyped, {"KeyError": 1}, ["made: KeyError: KeyError: 'lacking'"]),
        (left, {}, []),
    ],
)
def test_failures_are_told_by_their_own_cause(
    tmp_path: Path, failing: Callable[[], None], failures: dict[str, int], told: list[str]
) -> None:
    @dg.asset
    def made() -> None:
        failing()

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        try:
            dg.materialize([made], instance=instance, raise_on_error=False)
        except GeneratorExit:
            assert failing is left
        recorded = [
            log
            for run in instance.get_runs()
            for log in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
        ]
        found = look_at(instance)
    assert len(recorded) == 1
    assert dict(found.failures) == failures
    assert [each.split(" ", 1)[1] for each in found.untyped] == told
    assert found.stuck == ()
