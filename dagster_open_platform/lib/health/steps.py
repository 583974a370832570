"""What the steps of runs made, and how long they took.

What belongs here: counting the events of the newest runs. What does not: why a step failed (`failures.py`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import dagster as dg

from dagster_open_platform.lib.health.failures import events_of

_Event = dg.DagsterEventType
_WANTED = {_Event.ASSET_MATERIALIZATION, _Event.STEP_SUCCESS}
MOST_RUNS = 1_000
"""Runs whose events are read at most: on SQLite each has a database of its own, which takes some milliseconds to open."""


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


@dataclass(frozen=True)
class Work:
    """What runs made.

    Args:
        materializations: By asset; a partition each.
        steps: Those that made assets, of each asset's slowest run, slowest first.
        unread: How many runs are not counted, since there were too many.
    """

    materializations: Counter[dg.AssetKey]
    steps: tuple[SlowStep, ...]
    unread: int = 0


def work_of(instance: dg.DagsterInstance, run_ids: Iterable[str], most: int = MOST_RUNS) -> Work:
    """Counts what runs made.

    Args:
        instance: Has their events.
        run_ids: Newest first.
        most: How many runs are read.
    """
    ids = list(run_ids)
    materializations: Counter[dg.AssetKey] = Counter()
    slowest: dict[tuple[dg.AssetKey, ...], SlowStep] = {}
    for run_id in ids[:most]:
        made: dict[str, set[dg.AssetKey]] = defaultdict(set)
        seconds: dict[str, float] = {}
        for event in events_of(instance, run_id, _WANTED):
            step = event.step_key or ""
            if event.event_type is _Event.STEP_SUCCESS:
                seconds[step] = event.step_success_data.duration_ms / 1000
            elif event.asset_key:
                made[step].add(event.asset_key)
                materializations[event.asset_key] += 1
        for step, assets in made.items():
            found = SlowStep(tuple(sorted(assets)), seconds.get(step, 0.0), run_id)
            if found.assets not in slowest or slowest[found.assets].seconds < found.seconds:
                slowest[found.assets] = found
    ordered = sorted(slowest.values(), key=lambda step: (-step.seconds, step.assets))
    return Work(materializations, tuple(ordered), max(len(ids) - most, 0))
