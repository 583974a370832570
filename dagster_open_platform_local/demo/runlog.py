"""What happened in one run, gathered event by event.

What belongs here: reading Dagster's events. What does not: judging them (`execute.py`).
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import dagster as dg

_INTERRUPTED = "DagsterExecutionInterruptedError"


@dataclass
class RunLog:
    """Listens to a run of the instance.

    Args:
        on_progress: Called after each materialization and each check.
        on_retry: Called when a step failed and will be tried again, with a sentence that says why, and in how many seconds.
        steps: By asset or check: the step that was to do it.
        materialized: By asset: the partitions (None if unpartitioned).
        evaluated: The checks that said something.
        failed_blocking: By asset: its blocking check that failed.
        failures: By step: why it failed.
        step_seconds: By step: how long it took, retries included.
        was_interrupted: Whether a signal ended a step; Dagster catches it.
    """

    on_progress: Callable[[], None] = lambda: None
    on_retry: Callable[[str, float], None] = lambda _text, _seconds: None
    steps: dict[dg.AssetKey | dg.AssetCheckKey, str] = field(default_factory=dict)
    materialized: dict[dg.AssetKey, set[str | None]] = field(default_factory=lambda: defaultdict(set))
    evaluated: set[dg.AssetCheckKey] = field(default_factory=set)
    failed_blocking: dict[dg.AssetKey, str] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    step_seconds: dict[str, float] = field(default_factory=dict)
    was_interrupted: bool = False
    _started: dict[str, float] = field(default_factory=dict)

    def __call__(self, entry: dg.EventLogEntry) -> None:
        """Take in one entry of the event log."""
        event = entry.dagster_event
        if event is None:
            return
        kind, step = event.event_type, event.step_key or ""
        if kind is dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED and event.asset_key:
            self.steps[event.asset_key] = step
        elif kind is dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED:
            data = event.asset_check_planned_data
            self.steps[dg.AssetCheckKey(data.asset_key, data.check_name)] = step
        elif kind is dg.DagsterEventType.STEP_START:
            self._started.setdefault(step, entry.timestamp)
        elif kind is dg.DagsterEventType.ASSET_MATERIALIZATION and event.asset_key:
            self.materialized[event.asset_key].add(event.partition)
            self.on_progress()
        elif kind is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            self._check(event)
        elif kind is dg.DagsterEventType.STEP_UP_FOR_RETRY:
            data = event.step_retry_data
            # What asks for the retry is Dagster's; its cause is what happened.
            why = (data.error.cause or data.error).message.strip()
            self.on_retry(f"{step} failed: {why}", data.seconds_to_wait or 0.0)
        elif kind in (dg.DagsterEventType.STEP_SUCCESS, dg.DagsterEventType.STEP_FAILURE):
            self.step_seconds[step] = entry.timestamp - self._started.get(step, entry.timestamp)
            if kind is dg.DagsterEventType.STEP_FAILURE:
                self.failures[step] = failure_text(event)
                error = event.step_failure_data.error
                self.was_interrupted |= error is not None and error.cls_name == _INTERRUPTED

    def _check(self, event: dg.DagsterEvent) -> None:
        data = event.asset_check_evaluation_data
        key = dg.AssetCheckKey(data.asset_key, data.check_name)
        self.evaluated.add(key)
        if data.blocking and not data.passed and data.severity is dg.AssetCheckSeverity.ERROR:
            self.failed_blocking[key.asset_key] = key.name
        self.on_progress()


def failure_text(event: dg.DagsterEvent) -> str:
    """Why a step failed, in the words of whoever raised: not Dagster's wrapping of it, and without the stack."""
    data = event.step_failure_data
    if data.user_failure_data and data.user_failure_data.description:
        return data.user_failure_data.description.strip()
    text, error = "no reason was recorded", data.error
    # The innermost cause is what happened; what is around it says only that a step failed.
    while error is not None:
        text, error = error.message.strip() or text, error.cause
    return text
