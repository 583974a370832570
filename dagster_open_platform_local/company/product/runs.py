"""The tables runs and run_tags.

What belongs here: which runs there were in each region, how they went, and their rows. What does not: their events
(`events.py`) and alerts (`alerting.py`).

A run is queued, started, and ends as SUCCESS, FAILURE or CANCELED; each step moves `updated_at`. 0.3 % hang until the
monitor gives them up after two days.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dagster_open_platform_local.company.hashing import thresholds
from dagster_open_platform_local.company.moments import DAY_SECONDS, NEVER
from dagster_open_platform_local.company.product.columns import (
    Columns,
    Integers,
    Mask,
    choice,
    dates,
    decimals,
    epoch_floats,
    joined,
    moments,
    uuids,
)
from dagster_open_platform_local.company.product.directory import a_day_in, ids_after, registry_of
from dagster_open_platform_local.company.product.estate import Estate, estate
from dagster_open_platform_local.company.product.happenings import daily, pick_existing
from dagster_open_platform_local.company.product.texts import TEAM_NAMES, job_names, typed
from dagster_open_platform_local.company.settings import CompanySettings

_RUNS_A_DAY = 140
_DELAYS = (1, 3, 9, 60, 1800, 14_400)
_DURATIONS = (4, 25, 90, 300, 1500, 14_400)
_HANGS = 2 * DAY_SECONDS
STATUSES = ("QUEUED", "STARTED", "SUCCESS", "FAILURE", "CANCELED")
SUCCESS, FAILURE, CANCELED = 2, 3, 4
_ENDS = thresholds([0, 0, 85, 11, 4])
_TAGS = ("dagster/agent_id", "dagster/image", "dagster/schedule_name", "team", "note")


@dataclass(frozen=True)
class Runs:
    """Runs of all shards of a region, by time of creation.

    Args:
        ids: Each one's id.
        job: Index of its job.
        organization: Index of its organization.
        created: Unix seconds; so are the next two, which may lie in the future.
        start: When it starts.
        end: When it ends.
        outcome: Index into `STATUSES` of how it ends.
        micros: Microseconds on top of all its moments.
        hangs: Whether the monitor ended it.
    """

    ids: Integers
    job: Integers
    organization: Integers
    created: Integers
    start: Integers
    end: Integers
    outcome: Integers
    micros: Integers
    hangs: Mask

    def where(self, mask: Mask) -> Self:
        """Those that are marked."""
        return type(self)(**{name: values[mask] for name, values in vars(self).items()})


@lru_cache(maxsize=4)
def all_runs(settings: CompanySettings, today: date, registry: str = "main") -> Runs:
    """Every run that was created before a date, on all shards of the region whose directory is in a database."""
    found = estate(settings, today)
    who = found.directory
    per_day = a_day_in(registry, _RUNS_A_DAY)
    rows = daily(settings, "runs", today, per_day, ids_after=ids_after(registry))
    organizations = found.organization_of_job(np.arange(found.jobs.ids.size))
    regional = np.flatnonzero(who.in_region_of(registry)[organizations])
    picked = pick_existing(who.draws("runs", rows.ids), "job", found.jobs.created[regional], rows.day_start)
    there = picked >= 0
    rows, job = rows.where(there), regional[picked[there]]
    organization = found.organization_of_job(job)
    active = who.canceled[organization] >= rows.created
    rows, job, organization = rows.where(active), job[active], organization[active]
    draws = who.draws("runs", rows.ids)
    start = rows.created + draws.quantile("delay", _DELAYS)
    hangs = draws.chance("hangs", 0.003)
    return Runs(
        ids=rows.ids,
        job=job,
        organization=organization,
        created=rows.created,
        start=start,
        end=start + np.where(hangs, _HANGS, draws.quantile("duration", _DURATIONS)),
        outcome=np.where(hangs, FAILURE, draws.pick("outcome", _ENDS)),
        micros=draws.below("micros", 1_000_000),
        hangs=hangs,
    )


def run_uuids(found: Estate, ids: Integers) -> pa.Array:
    """The column `run_id` of runs, by their ids."""
    return uuids(found.directory.draws("runs", ids), "run_id")


def run_tables(found: Estate, database: str) -> dict[str, Columns]:
    """The tables `runs` and `run_tags` of a shard."""
    runs = all_runs(found.directory.settings, found.directory.today, registry_of(database))
    here = runs.where(found.directory.runs_in(database)[runs.organization])
    return {"runs": _runs(found, here), "run_tags": _run_tags(found, here)}


def _runs(found: Estate, runs: Runs) -> Columns:
    now = found.directory.now
    draws = found.directory.draws("runs", runs.ids)
    started, ended = runs.start < now, runs.end < now
    location = found.jobs.parent[runs.job]
    serverless = found.is_serverless[found.locations.parent[location]]
    cost = (runs.end - runs.start) * 1389 + draws.below("cost", 1_000_000)
    return {
        "id": pa.array(runs.ids),
        "run_id": run_uuids(found, runs.ids),
        "organization_id": pa.array(runs.organization + 1),
        "deployment_id": pa.array(found.locations.parent[location] + 1),
        "job_id": pa.array(runs.job + 1),
        "job_name": joined(job_names(found.directory.draws("jobs_columns", runs.job + 1)), "_job"),
        "status": choice(STATUSES, np.where(ended, runs.outcome, started.astype(np.int64))),
        "partition_date": dates(runs.created - DAY_SECONDS, ~draws.chance("partitioned", 0.3)),
        "start_time": epoch_floats(np.where(started, runs.start, NEVER), runs.micros),
        "end_time": epoch_floats(np.where(ended, runs.end, NEVER), runs.micros),
        "compute_cost": decimals(cost, ~(serverless & ended)),
        "created_at": moments(runs.created, runs.micros),
        "updated_at": moments(
            np.where(ended, runs.end, np.where(started, runs.start, runs.created)), runs.micros
        ),
    }


def _run_tags(found: Estate, runs: Runs) -> Columns:
    """Two to five tags a run, written with it in one transaction."""
    who = found.directory
    draws = who.draws("runs", runs.ids)
    always = np.ones(runs.ids.size, dtype=np.bool_)
    chances = (
        always,
        always,
        draws.chance("scheduled", 0.6),
        draws.chance("tag_team", 0.3),
        draws.chance("note", 0.1),
    )
    run, tag = np.nonzero(np.stack(chances, axis=1))
    ids = runs.ids[run] * len(_TAGS) - len(_TAGS) + 1 + tag
    each = who.draws("run_tags", ids)
    agent = joined("agent-", runs.organization[run] + 1)
    image = joined("registry.example.com/code:", each.below("image", 400))
    schedule = joined(job_names(who.draws("jobs_columns", runs.job[run] + 1)), "_schedule")
    team = choice(TEAM_NAMES, each.below("team", len(TEAM_NAMES)))
    note = typed(each, "note", joined("Ticket ", each.below("ticket", 9000)), 0.5, 0.1)
    return {
        "id": pa.array(ids),
        "run_id": run_uuids(found, runs.ids).take(pa.array(run)),
        "organization_id": pa.array(runs.organization[run] + 1),
        "key": choice(_TAGS, tag),
        "value": pc.call_function("choose", [pa.array(tag), agent, image, schedule, team, note]),
        "created_at": moments(runs.created[run], runs.micros[run]),
    }
