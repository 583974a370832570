"""Why a run failed: the steps that failed for good, with the assets that they should have made.

What belongs here: reading one run's events. What does not: which runs (`runs.py`), and what is told of them.

A step that will be tried again has no failure event (Dagster writes `STEP_UP_FOR_RETRY` then), so what is found here is the last
attempt's.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg

from dagster_open_platform.lib.health.redaction import redacted

_Event = dg.DagsterEventType
_WANTED = {
    _Event.ASSET_MATERIALIZATION_PLANNED,
    _Event.ASSET_MATERIALIZATION,
    _Event.ASSET_CHECK_EVALUATION_PLANNED,
    _Event.STEP_FAILURE,
    _Event.RUN_FAILURE,
}
PAGE = 1_000
PAGES = 20
"""Pages of a run's events that are read: enough for ten thousand assets in a run, and an end."""
LINES, CHARACTERS = 3, 600
NO_ERROR = "RunFailed"
"""The class of a failure that carries no error, such as a worker that died."""


@dataclass(frozen=True)
class StepFailure:
    """A step that failed, or a run that failed outside its steps.

    Args:
        step: The step's key. None: the run itself failed, before or between its steps.
        error_class: Name of the error that began it.
        message: Its first lines, without secrets.
        assets: What the step should have made and did not, sorted; those that it checks, if it makes none.
    """

    step: str | None
    error_class: str
    message: str
    assets: tuple[dg.AssetKey, ...] = ()


def failures_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[StepFailure]:
    """What failed in a run.

    Args:
        instance: Has the run's events.
        run: A failed one.

    Returns:
        A failure for each step that failed, in the order of their ends; or one of the run, if no step did.
    """
    planned: dict[str, set[dg.AssetKey]] = defaultdict(set)
    checked: dict[str, set[dg.AssetKey]] = defaultdict(set)
    made: set[dg.AssetKey] = set()
    failed: dict[str, Any] = {}
    of_run: StepFailure | None = None
    for event in events_of(instance, run.run_id, _WANTED):
        step, data = event.step_key or "", event.event_specific_data
        if event.event_type is _Event.ASSET_MATERIALIZATION_PLANNED and event.asset_key:
            planned[step].add(event.asset_key)
        elif event.event_type is _Event.ASSET_CHECK_EVALUATION_PLANNED:
            checked[step].add(getattr(data, "asset_key"))  # noqa: B009 - the event's class is not public
        elif event.event_type is _Event.ASSET_MATERIALIZATION and event.asset_key:
            made.add(event.asset_key)
        elif event.event_type is _Event.STEP_FAILURE:
            failed[step] = data
        elif event.event_type is _Event.RUN_FAILURE:
            of_run = _run_failure(event)
    if failed:
        return [
            _step_failure(step, data, planned[step] - made, checked[step]) for step, data in failed.items()
        ]
    return [of_run or StepFailure(None, NO_ERROR, "The run failed without saying why.", _selected(run))]


def events_of(
    instance: dg.DagsterInstance, run_id: str, of_type: set[dg.DagsterEventType]
) -> Iterator[dg.DagsterEvent]:
    """A run's events of some types, oldest first, by pages and with an end."""
    cursor: str | None = None
    for _ in range(PAGES):
        page = instance.get_records_for_run(run_id, cursor=cursor, of_type=of_type, limit=PAGE)
        for record in page.records:
            if record.event_log_entry.dagster_event is not None:
                yield record.event_log_entry.dagster_event
        if not page.has_more or page.cursor == cursor:
            return
        cursor = page.cursor


def first_lines(message: str) -> str:
    """The beginning of an error's message, without secrets."""
    # Secrets go first: cut in half they would not be known.
    lines = [line.rstrip() for line in redacted(message).strip().splitlines() if line.strip()]
    shown = "\n".join(lines[:LINES])
    return shown if len(shown) <= CHARACTERS else f"{shown[:CHARACTERS]}…"


def _step_failure(step: str, data: Any, missing: set[dg.AssetKey], checked: set[dg.AssetKey]) -> StepFailure:
    error_class, message = _told(data.error)
    said = data.user_failure_data.description if data.user_failure_data else None
    assets = tuple(sorted(missing or checked))
    return StepFailure(step, error_class, first_lines(said or message), assets)


def _run_failure(event: dg.DagsterEvent) -> StepFailure:
    error = getattr(event.event_specific_data, "error", None)
    error_class, message = _told(error) if error else (NO_ERROR, event.message or "")
    return StepFailure(None, error_class, first_lines(message or event.message or ""))


def _selected(run: dg.DagsterRun) -> tuple[dg.AssetKey, ...]:
    return tuple(sorted(run.asset_selection or ()))


def _told(error: Any) -> tuple[str, str]:
    """Class and message of the error that began it: Dagster wraps what a step raises."""
    if error is None:
        return NO_ERROR, ""
    while error.cause is not None and (error.cls_name or "").startswith("Dagster"):
        error = error.cause
    name = error.cls_name or NO_ERROR
    # The message is the last line of a traceback, with the class before it.
    prefix = error.message.split(":", 1)[0]
    message = error.message[len(prefix) + 1 :] if prefix.rpartition(".")[2] == name else error.message
    return name, message.strip()
