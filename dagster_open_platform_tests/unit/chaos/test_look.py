"""What an instance is left with: which failures have a type, and what is none of its own."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
from dagster_shared.error import SerializableErrorInfo

from dagster_open_platform.utils.failures import PermanentFailure
from dagster_open_platform_local.chaos.look import look_at


def typed() -> None:
    try:
        untyped()
    except KeyError as error:
        raise PermanentFailure("The answer lacks it.") from error


def untyped() -> None:
    raise KeyError("lacking")


def leaving() -> None:
    """As Dagster closes the generator of a step, but from within the step."""
    raise GeneratorExit


@pytest.mark.parametrize(
    ("failing", "failures", "told"),
    [
        (typed, {"PermanentFailure": 1}, []),
        (untyped, {"KeyError": 1}, ["made: KeyError: KeyError: 'lacking'"]),
        (leaving, {"GeneratorExit": 1}, ["made: GeneratorExit: GeneratorExit"]),
    ],
)
def test_failures_are_told_by_their_own_cause(
    tmp_path: Path, failing: Callable[[], None], failures: dict[str, int], told: list[str]
) -> None:
    @dg.asset
    def made() -> None:
        failing()

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        materialize(made, instance)
        found = look_at(instance)
    assert dict(found.failures) == failures
    assert [each.split(" ", 1)[1] for each in found.untyped] == told
    assert found.stuck == ()


def test_a_step_that_was_closed_from_outside_has_not_failed_by_itself(tmp_path: Path) -> None:
    @dg.asset
    def made() -> None:
        leaving()

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        materialize(made, instance)
        [run] = instance.get_runs()
        [log] = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.STEP_FAILURE)
        instance.event_log_storage.wipe()
        event = log.dagster_event
        assert event is not None
        data = event.step_failure_data
        assert data.error is not None
        # Seen where a step's success could not be recorded: Dagster's outermost generator of the step, and nothing within it.
        outermost = SerializableErrorInfo(data.error.message, data.error.stack[:1], data.error.cls_name)
        closed = dg.DagsterEvent(
            event.event_type_value,
            event.job_name,
            step_key=event.step_key,
            event_specific_data=data._replace(error=outermost),
        )
        entry = dg.EventLogEntry(
            None, log.level, log.user_message, run.run_id, log.timestamp, log.step_key, log.job_name, closed
        )
        instance.handle_new_event(entry)
        assert len(instance.all_logs(run.run_id)) == 1
        found = look_at(instance)
    assert dict(found.failures) == {}
    assert found.untyped == ()


def materialize(asset: dg.AssetsDefinition, instance: dg.DagsterInstance) -> None:
    """Let it fail; what is no `Exception` ends Dagster, too, after it is recorded."""
    with contextlib.suppress(GeneratorExit):
        assert not dg.materialize([asset], instance=instance, raise_on_error=False).success
