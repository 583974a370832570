"""Events that open-source installations of Dagster report of themselves.

What belongs here: the bucket's objects. What does not: what an installation is like (`installations.py`).

Actions and the names in `metadata` are those that Dagster's own client sends
(https://docs.dagster.io/about/telemetry, and `dagster/_core/telemetry.py` in the released package).

The dirt in it:

- 4 % of the events come one to six days after they happened (`client_time`), since a client without network keeps them;
- 2 % come twice, with the same `event_id` and content: half of them in the next day's folder;
- numbers in `metadata` are text, as the client sends them; nulls are left to `elapsed_time_seconds` and `run_storage_id`.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from dagster_open_platform.lib.aws.buckets import TELEMETRY
from dagster_open_platform_local.company.exports.installations import Installations, installations_of
from dagster_open_platform_local.company.exports.objects import (
    Objects,
    StoredObject,
    day_ids,
    gzipped,
    iso_moments,
    json_lines,
)
from dagster_open_platform_local.company.hashing import Draws, thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, unix_seconds
from dagster_open_platform_local.company.product.columns import Integers, uuids
from dagster_open_platform_local.company.settings import CompanySettings

EVENTS_A_PART = 600
_PER_DAY = 390
_WEEKDAY_PER_MILLE = (1080, 1120, 1110, 1090, 1010, 720, 740)
_GROWTH_PER_MILLE_A_DAY = 1
_LATE, _TWICE, _AGAIN_NEXT_DAY = 0.04, 0.01, 0.01
_MOST_DAYS_LATE = 6
_DAY = DAY_SECONDS

ACTIONS = (
    ("daemon_alive", 34),
    ("update_repo_stats", 18),
    ("scheduled_run_created", 16),
    ("sensor_run_created", 9),
    ("start_dagit_webserver", 8),
    ("_logged_execute_job_started", 5),
    ("_logged_execute_job_ended", 5),
    ("_daemon_run_command_started", 3),
    ("backfill_run_created", 2),
)
_ACTION_WEIGHTS = thresholds([weight for _, weight in ACTIONS])
_STATS = ("num_pipelines_in_repo", "num_schedules_in_repo", "num_sensors_in_repo", "num_assets_in_repo")
_SOURCES = ("dagit", "daemon", "cli")


def objects_of_day(settings: CompanySettings, day: date) -> Objects:
    """What arrives on a day, in files of at most `EVENTS_A_PART` events."""
    rows = events_of_day(settings, day)
    for number, start in enumerate(range(0, len(rows), EVENTS_A_PART)):
        key = f"events/dt={day.isoformat()}/part-{number:05d}.json.gz"
        yield StoredObject(TELEMETRY, key, gzipped(json_lines(rows[start : start + EVENTS_A_PART])))


def events_of_day(settings: CompanySettings, day: date) -> list[dict[str, Any]]:
    """The events that arrive on a day (UTC), in the order of their arrival, with those that come again."""
    age = (day - settings.epoch).days
    ids = day_ids(age, _count(settings, day))
    twice = ids[_draws(settings, ids).chance("twice", _TWICE)]
    arrivals = [ids, twice]
    if age > 0:
        before = day_ids(age - 1, _count(settings, day - timedelta(days=1)))
        arrivals.append(before[_draws(settings, before).chance("next_day", _AGAIN_NEXT_DAY)])
    arrived = np.concatenate(arrivals)
    order = np.argsort(Draws(settings.seed, "telemetry_arrivals", _arrival_ids(arrivals)).bits("order"))
    return _events(settings, arrived[order])


def _arrival_ids(arrivals: Sequence[Integers]) -> Integers:
    return np.concatenate([each * 3 + number for number, each in enumerate(arrivals)])


def _draws(settings: CompanySettings, ids: Integers) -> Draws:
    return Draws(settings.seed, "telemetry", ids)


def _count(settings: CompanySettings, day: date) -> int:
    age = (day - settings.epoch).days
    total = int(_PER_DAY * settings.scale * 1000) * (1000 + _GROWTH_PER_MILLE_A_DAY * age) // 1000
    total = total * _WEEKDAY_PER_MILLE[day.weekday()] // 1000
    noise = Draws(settings.seed, "telemetry_days", np.array([age], dtype=np.int64)).below("noise", 200)
    return max(1, total * (900 + int(noise[0])) // 1_000_000)


def _events(settings: CompanySettings, ids: Integers) -> list[dict[str, Any]]:
    """The events with some ids, whose high halves are the days on which they first arrived."""
    draws = _draws(settings, ids)
    actions = [ACTIONS[number][0] for number in draws.pick("action", _ACTION_WEIGHTS).tolist()]
    moments = _moments(settings, draws, ids >> 32)
    who = installations_of(settings, draws, moments)
    elapsed = draws.quantile("elapsed", (40, 900, 6_000, 40_000, 900_000)).tolist()
    times, event_ids = iso_moments(moments), uuids(draws, "event_id").to_pylist()
    metadata = _metadata(draws, who, actions)
    return [
        {
            "event_id": event_ids[i],
            "action": action,
            "client_time": times[i],
            "elapsed_time_seconds": elapsed[i] / 1000 if action.endswith("_ended") else None,
            "instance_id": who.ids[i],
            "run_storage_id": who.storages[i],
            "dagster_version": who.dagster_versions[i],
            "python_version": who.python_versions[i],
            "os_desc": who.systems[i],
            "metadata": metadata[i],
        }
        for i, action in enumerate(actions)
    ]


def _moments(settings: CompanySettings, draws: Draws, age: Integers) -> Integers:
    """When each event happened by its client's clock, in Unix microseconds."""
    days_late = np.where(draws.chance("late", _LATE), 1 + draws.below("days_late", _MOST_DAYS_LATE), 0)
    seconds = unix_seconds(settings.epoch) + (age - days_late) * _DAY + draws.below("second", _DAY)
    return seconds * 1_000_000 + draws.below("micro", 1_000_000)


def _metadata(draws: Draws, who: Installations, actions: list[str]) -> list[dict[str, str]]:
    """What each event says besides."""
    trigger = draws.below("trigger", len(_SOURCES)).tolist()
    success = draws.chance("success", 0.9).tolist()
    found: list[dict[str, str]] = []
    for i, action in enumerate(actions):
        if action == "update_repo_stats":
            counts = dict(zip(_STATS, map(str, who.counts[i]), strict=True))
            said = {**counts, "source": _SOURCES[trigger[i]], "repo_hash": who.repositories[i]}
        elif action.endswith("_run_created"):
            said = {"DAEMON_SESSION_ID": who.sessions[i], "repo_hash": who.repositories[i]}
        elif action == "daemon_alive":
            said = {"DAEMON_SESSION_ID": who.sessions[i]}
        else:
            said = {"success": str(success[i])} if action.endswith("_ended") else {}
        found.append(said)
    return found
