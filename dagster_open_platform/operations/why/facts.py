"""What is known of an asset that somebody asks about.

What belongs here: the values. What does not: finding them (`look.py`), and what follows from them (`reasons.py`).
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import dagster as dg

from dagster_open_platform.lib.health.freshness import Freshness


class Kind(StrEnum):
    """How an asset comes to be."""

    MADE = "materialized here"
    OBSERVED = "made elsewhere, observed here"
    EXTERNAL = "made elsewhere"


@dataclass(frozen=True)
class Event:
    """A materialization, or an observation.

    Args:
        at: When; aware, UTC.
        run_id: Of which run; empty: it was reported without one.
        partition: Of which partition.
        order: Dagster's number of the event: a later event has a higher one.
    """

    at: dt.datetime
    run_id: str
    partition: str | None
    order: int


@dataclass(frozen=True)
class Partitions:
    """How many partitions there are of each state.

    Args:
        total: All that exist now.
        made: That are materialized.
        failed: Whose last attempt failed.
        latest: The key of the latest one. None: there is none yet.
        latest_is_made: Whether that is materialized.
    """

    total: int
    made: int
    failed: int
    latest: str | None
    latest_is_made: bool


@dataclass(frozen=True)
class Input:
    """An asset that it reads.

    Args:
        key: Its key.
        kind: How it comes to be.
        updated: When it was last new. None: never.
        is_newer: Whether that was after the asset itself was made.
        is_due: Whether the same tick will request it, so that one run makes both.
        is_missing: Whether its latest data is missing, for which policies wait; never so for what others make.
        is_running: Whether a run is making it.
    """

    key: dg.AssetKey
    kind: Kind
    updated: dt.datetime | None
    is_newer: bool
    is_due: bool
    is_missing: bool
    is_running: bool


@dataclass(frozen=True)
class Failure:
    """A run that failed to make it.

    Args:
        run_id: Which.
        at: When; aware, UTC.
        message: The error's first lines, without secrets.
    """

    run_id: str
    at: dt.datetime
    message: str


@dataclass(frozen=True)
class BadCheck:
    """A check that did not pass when it was evaluated last.

    Args:
        key: Which.
        is_blocking: Whether what comes after it in a run is then not made.
        is_error: Whether its severity is an error.
        message: What it said.
        at: When; aware, UTC.
    """

    key: dg.AssetCheckKey
    is_blocking: bool
    is_error: bool
    message: str
    at: dt.datetime


@dataclass(frozen=True)
class Automation:
    """The sensor or schedule that may request it.

    Args:
        name: Its name.
        what: `sensor` or `schedule`.
        is_on: Whether it is on.
        was_switched: Whether somebody has switched it; else it is as the environment begins.
        last_tick: When it was evaluated last; aware, UTC.
        said: What that tick said: requested, skipped and why, or the error.
    """

    name: str
    what: str
    is_on: bool
    was_switched: bool
    last_tick: dt.datetime | None = None
    said: str = ""


@dataclass(frozen=True)
class Part:
    """A part of a condition as it was evaluated last.

    Args:
        text: What it is.
        is_true: Whether it was true, for any partition.
        parts: Of which it consists.
    """

    text: str
    is_true: bool
    parts: tuple["Part", ...] = ()


@dataclass(frozen=True)
class Evaluation:
    """The last evaluation of a condition.

    Args:
        at: When; aware, UTC.
        condition: All of it.
        requested: How many partitions (or 1) it requested.
        run_ids: Of the runs that were launched for it.
    """

    at: dt.datetime
    condition: Part
    requested: int
    run_ids: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """A policy of the asset.

    Args:
        name: Its name in `lib/automation.py`, or Dagster's text of another condition.
        words: What it promises.
        cron: Its schedule, five fields and the time zone.
        last_tick: Of that, at or before now; aware.
        next_tick: Of that, after now; aware.
    """

    name: str
    words: str
    cron: str | None = None
    last_tick: dt.datetime | None = None
    next_tick: dt.datetime | None = None


@dataclass(frozen=True)
class Facts:
    """All of it.

    Args:
        key: The asset.
        kind: How it comes to be.
        now: When this was looked at; aware, UTC.
        group: Its group.
        owners: Its owners.
        policies: Of which its automation condition consists, joined by "or"; none: it has none.
        partitions: None: it has none.
        freshness: How fresh it is. None: nothing is demanded.
        demanded: What is demanded, in words.
        last: Its last materialization, or observation.
        started_by: What started the run that made it last.
        failure: The last run that failed to make it.
        running: Ids of the runs that are to make it now.
        inputs: What it reads.
        checks: Checks of it, and blocking ones of its inputs, that did not pass.
        sensor: That evaluates its condition. None: it has no condition.
        others: Schedules and sensors that request it by themselves.
        evaluation: The last one of its condition. None: there was none.
        daemon: When a daemon was last alive; aware, UTC. None: never.
        code_changed: Whether its definition is another than that which made it last.
    """

    key: dg.AssetKey
    kind: Kind
    now: dt.datetime
    group: str | None
    owners: tuple[str, ...]
    policies: tuple[Policy, ...] = ()
    partitions: Partitions | None = None
    freshness: Freshness | None = None
    demanded: str = ""
    last: Event | None = None
    started_by: str = ""
    failure: Failure | None = None
    running: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    checks: tuple[BadCheck, ...] = ()
    sensor: Automation | None = None
    others: tuple[Automation, ...] = ()
    evaluation: Evaluation | None = None
    daemon: dt.datetime | None = None
    code_changed: bool = False
