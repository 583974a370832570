"""The table event_logs: what the agents reported of each run.

What belongs here: its rows. What does not: how runs go (`runs.py`).

Events of one step are written in one batch and share a timestamp. An event gets its id when it arrives: 1.5 % of the runs
lose the connection to their agent while they run; the events of their steps, and of their end, arrive one to three days
after the end, when the agent is back, with the timestamps of when they happened.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Self

import numpy as np
import pyarrow as pa

from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    Mask,
    choice,
    joined,
    json_objects,
    moments,
    only,
)
from dagster_open_platform_local.company.product.directory import ids_after, registry_of
from dagster_open_platform_local.company.product.estate import Estate
from dagster_open_platform_local.company.product.runs import CANCELED, FAILURE, Runs, all_runs, run_uuids
from dagster_open_platform_local.company.product.texts import ASSET_LAYERS, JOB_OBJECTS, asset_keys
from dagster_open_platform_local.company.settings import CompanySettings

_STEPS = thresholds([50, 35, 15])
_HEAD, _A_STEP = 3, 3
_TYPES = (
    "RUN_ENQUEUED", "RUN_STARTING", "RUN_START", "STEP_START", "ASSET_MATERIALIZATION", "STEP_SUCCESS", "STEP_FAILURE",
    "RUN_SUCCESS", "RUN_FAILURE", "RUN_CANCELED",
)  # fmt: skip
_STEP_START, _MATERIALIZATION, _STEP_FAILURE, _RUN_SUCCESS = 3, 4, 6, 7
_MESSAGES = (
    "Run enqueued.", "Starting run.", "Started execution of run.", "Started execution of step.", "Materialized asset.",
    "Finished execution of step.", "Execution of step failed: \\\"division by zero\\\"\\n  at line 12 \\ud83d\\udd25",
    "Finished execution of run.", "Execution of run failed.", "Execution of run canceled.",
)  # fmt: skip
"""As they stand inside a JSON text, in the order of `_TYPES`."""


@dataclass(frozen=True)
class _Events:
    """Events of all shards of a region, in the order in which they arrived.

    Args:
        ids: Each one's id.
        run: Index of its run.
        step: Number of its step, -1 for those of the whole run.
        kind: Index into `_TYPES`.
        moment: When it happened, in Unix seconds.
    """

    ids: Integers
    run: Integers
    step: Integers
    kind: Integers
    moment: Integers

    def where(self, mask: Mask) -> Self:
        """Those that are marked."""
        return type(self)(**{name: values[mask] for name, values in vars(self).items()})


@lru_cache(maxsize=4)
def _all_events(settings: CompanySettings, today: date, registry: str) -> _Events:
    runs = all_runs(settings, today, registry)
    draws = Draws(settings.seed, "run_events", runs.ids)
    steps = 1 + draws.pick("steps", _STEPS)
    sizes = _HEAD + _A_STEP * steps + 1
    run = np.repeat(np.arange(sizes.size), sizes)
    place = np.arange(run.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    is_last = place == sizes[run] - 1
    step = np.where((place < _HEAD) | is_last, -1, (place - _HEAD) // _A_STEP)
    moment = _moments(runs, run, place, step, steps, is_last)
    kind = _kinds(runs, run, place, step, steps, is_last)
    cut_off = draws.chance("cut_off", 0.015) & ~runs.hangs
    back = runs.end + DAY_SECONDS + draws.below("back", 2 * DAY_SECONDS)
    arrival = np.where(cut_off[run] & (place >= _HEAD), back[run], moment)
    order = np.lexsort((place, runs.ids[run], arrival))
    order = order[arrival[order] < unix_seconds(today)]
    ids = ids_after(registry) + np.arange(1, order.size + 1, dtype=np.int64)
    return _Events(ids, run[order], step[order], kind[order], moment[order])


def _moments(
    runs: Runs, run: Integers, place: Integers, step: Integers, steps: Integers, is_last: Mask
) -> Integers:
    """When each event happened: the steps divide the run evenly; a step's last two events come together."""
    start, duration = runs.start[run], (runs.end - runs.start)[run]
    ended = (place - _HEAD) % _A_STEP != 0
    within = start + duration * (step + ended) // steps[run]
    head = np.where(place == 0, runs.created[run], start)
    return np.where(is_last, runs.end[run], np.where(step < 0, head, within))


def _kinds(
    runs: Runs, run: Integers, place: Integers, step: Integers, steps: Integers, is_last: Mask
) -> Integers:
    outcome = runs.outcome[run]
    in_step = _STEP_START + (place - _HEAD) % _A_STEP
    fails = (outcome == FAILURE) & (step == steps[run] - 1) & (in_step > _MATERIALIZATION)
    end = np.where(outcome == FAILURE, 1, np.where(outcome == CANCELED, 2, 0)) + _RUN_SUCCESS
    return np.where(is_last, end, np.where(step < 0, place, np.where(fails, _STEP_FAILURE, in_step)))


def event_logs(found: Estate, database: str) -> Columns:
    """The events that have arrived on a shard."""
    who = found.directory
    registry = registry_of(database)
    runs = all_runs(who.settings, who.today, registry)
    events = _all_events(who.settings, who.today, registry)
    events = events.where(who.runs_in(database)[runs.organization[events.run]])
    here = np.unique(events.run)
    place = np.searchsorted(here, events.run)
    draws = who.draws("event_logs", events.ids)
    thing = (runs.job[events.run] + events.step) % len(JOB_OBJECTS)
    layer = runs.job[events.run] % len(ASSET_LAYERS)
    step_key = joined("step_", np.maximum(events.step, 0))
    body = json_objects(
        message=choice(_MESSAGES, events.kind),
        level=choice(("INFO", "ERROR"), (events.kind == _STEP_FAILURE).astype(np.int64)),
        pid=draws.below("pid", 30_000) + 2,
        rows=pa.array(draws.quantile("rows", (0, 100, 5000, 900_000)), mask=events.kind != _MATERIALIZATION),
    )
    return {
        "id": pa.array(events.ids),
        "run_id": run_uuids(found, runs.ids[here]).take(pa.array(place)),
        "organization_id": pa.array(runs.organization[events.run] + 1),
        "event_type": choice(_TYPES, events.kind),
        "step_key": only(step_key, events.step >= 0),
        "asset_key": only(asset_keys(layer, thing), events.kind == _MATERIALIZATION),
        "timestamp": moments(events.moment, runs.micros[events.run]),
        "body": body,
    }
