"""What was made in a window, and which steps took longest.

What belongs here: counting materializations, and finding slow steps. What does not: why a step failed (`failures.py`).

On SQLite each run has a database of its own, and the first look into one costs a process about 30 ms of CPU time. So materializations
are counted in the index of all assets, and of the runs only the longest are read: a step takes no longer than its run.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import dagster as dg

from dagster_open_platform.lib.health.failures import events_of

_Event = dg.DagsterEventType
_WANTED = {_Event.ASSET_MATERIALIZATION, _Event.STEP_SUCCESS}
PAGE, PAGES = 1_000, 5
"""Materializations of an asset that are counted at most, in pages."""
MOST_RUNS = 100
"""Runs that are read at most to find the slowest steps."""


@dataclass(frozen=True)
class SlowStep:
    """A step that made assets.

    Args:
        assets: What it made, sorted; not empty.
        seconds: How long it took.
        run_id: In which run.
    """

    assets: tuple[dg.AssetKey, ...]
    seconds: float
    run_id: str


def materializations_of(
    instance: dg.DagsterInstance, keys: Iterable[dg.AssetKey], since: dt.datetime, until: dt.datetime
) -> Counter[dg.AssetKey]:
    """How often each asset was materialized in a window; a partition counts each time.

    Args:
        instance: Where they are recorded.
        keys: Assets that were materialized since then.
        since: Aware.
        until: Aware; not included.
    """
    counted: Counter[dg.AssetKey] = Counter()
    for key in keys:
        wanted = dg.AssetRecordsFilter(
            asset_key=key, after_timestamp=since.timestamp(), before_timestamp=until.timestamp()
        )
        cursor: str | None = None
        for _ in range(PAGES):
            page = instance.fetch_materializations(wanted, limit=PAGE, cursor=cursor)
            counted[key] += len(page.records)
            cursor = page.cursor
            if not page.has_more:
                break
    return counted


def slowest_steps(
    instance: dg.DagsterInstance, records: Iterable[dg.RunRecord], wanted: int, most: int = MOST_RUNS
) -> tuple[tuple[SlowStep, ...], bool]:
    """The steps that took longest, of those that made assets; of the same assets, the slowest.

    Args:
        instance: Has the runs' events.
        records: Runs that ended.
        wanted: How many steps.
        most: How many runs are read at most.

    Returns:
        The steps, slowest first, and whether no run that was not read can have a slower one.
    """
    slowest: dict[tuple[dg.AssetKey, ...], SlowStep] = {}
    ordered = sorted(records, key=lambda record: (-seconds_of(record), record.dagster_run.run_id))
    for number, record in enumerate(ordered):
        found = _ordered(slowest.values())
        if len(found) >= wanted and found[wanted - 1].seconds >= seconds_of(record):
            return found[:wanted], True
        if number == most:
            return found[:wanted], False
        for step in _steps(instance, record.dagster_run.run_id):
            if step.assets not in slowest or slowest[step.assets].seconds < step.seconds:
                slowest[step.assets] = step
    return _ordered(slowest.values())[:wanted], True


def seconds_of(record: dg.RunRecord) -> float:
    """How long a run took; 0 if it never started."""
    if record.start_time is None or record.end_time is None:
        return 0.0
    return record.end_time - record.start_time


def _ordered(steps: Iterable[SlowStep]) -> tuple[SlowStep, ...]:
    return tuple(sorted(steps, key=lambda step: (-step.seconds, step.assets)))


def _steps(instance: dg.DagsterInstance, run_id: str) -> Iterator[SlowStep]:
    made: dict[str, set[dg.AssetKey]] = defaultdict(set)
    seconds: dict[str, float] = {}
    for event in events_of(instance, run_id, _WANTED):
        step = event.step_key or ""
        if event.event_type is _Event.STEP_SUCCESS:
            seconds[step] = event.step_success_data.duration_ms / 1000
        elif event.asset_key:
            made[step].add(event.asset_key)
    for step, assets in made.items():
        yield SlowStep(tuple(sorted(assets)), seconds.get(step, 0.0), run_id)
