"""Looks at what a Dagster instance is left with.

What belongs here: reading the instance. What does not: what is made of it (`report.py`).
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import dagster as dg

from dagster_open_platform.utils.failures import PermanentFailure, RetryableFailure
from dagster_open_platform_local.chaos.remains import Remains

_FINAL = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}
_ENDED_BY_A_SIGNAL = "DagsterExecutionInterruptedError"


def look_at(instance: dg.DagsterInstance) -> Remains:
    """Read all of it; nobody works on it any more."""
    runs = instance.get_runs()
    failures: Counter[str] = Counter()
    untyped: list[str] = []
    typed = {each.__name__ for kind in (PermanentFailure, RetryableFailure) for each in _kinds(kind)}
    for run in runs:
        for step, name, text in _failures(instance, run.run_id):
            failures[name] += 1
            if name not in typed:
                untyped.append(f"{run.run_id} {step}: {name}: {text}")
    return Remains(
        runs=Counter(run.status.value for run in runs),
        stuck=tuple(f"{run.run_id} ({run.status.value})" for run in runs if run.status not in _FINAL),
        slots=tuple(_slots(instance)),
        failures=failures,
        untyped=tuple(untyped),
    )


def _kinds(kind: type) -> Iterator[type]:
    yield kind
    for each in kind.__subclasses__():
        yield from _kinds(each)


def _failures(instance: dg.DagsterInstance, run_id: str) -> Iterator[tuple[str, str, str]]:
    """Step, class and text of each failure that has a cause of its own."""
    for entry in instance.all_logs(
        run_id, of_type={dg.DagsterEventType.STEP_FAILURE, dg.DagsterEventType.STEP_UP_FOR_RETRY}
    ):
        event = entry.dagster_event
        data = event.event_specific_data if event else None
        error = getattr(data, "error", None)
        while error is not None and error.cause is not None and not _is_ours(error.cls_name):
            error = error.cause
        if event and error is not None and not _was_left(error):
            yield event.step_key or "", error.cls_name or "", error.message.strip()[:300]


def _was_left(error: Any) -> bool:
    """Whether Dagster left the step: for a signal, or for an exception beside it, with which the process then ends.

    A generator that is closed from outside shows the frame in which it waited and no other; what a step raises comes from deeper.
    """
    return error.cls_name == _ENDED_BY_A_SIGNAL or (
        error.cls_name == "GeneratorExit" and len(error.stack) == 1
    )


def _is_ours(name: str | None) -> bool:
    return any(
        name == each.__name__ for kind in (PermanentFailure, RetryableFailure) for each in _kinds(kind)
    )


def _slots(instance: dg.DagsterInstance) -> Iterator[str]:
    storage = instance.event_log_storage
    for key in sorted(storage.get_concurrency_keys()):
        found = storage.get_concurrency_info(key)
        if found.claimed_slots or found.pending_steps:
            yield f"{key}: {len(found.claimed_slots)} held, {len(found.pending_steps)} waited for"
